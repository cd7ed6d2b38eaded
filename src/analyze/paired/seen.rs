//! What one look saw.

use super::super::finding::{Finding, orient};
use super::super::scale::{Scale, Sides};
use super::design::Look;
use crate::model::{Better, Comparison, Effect, Estimate, Pair, PairedSeries, Side, Test};
use crate::stats::{self, SignedRank};

/// The centre of the differences at one look, as head minus base on its scale, with its bounds.
pub(super) struct Seen {
    pub(super) scale: Scale,
    /// Medians of base and head, in the metric's unit.
    base: f64,
    head: f64,
    /// 0 when it is within what the measurement can tell apart.
    pub(super) estimate: f64,
    /// At the levels of a regression and of a pass, whichever side each of them is.
    pub(super) lo: Option<f64>,
    pub(super) hi: Option<f64>,
    /// One-sided p-values against "not worse" and "not better", of this look alone.
    p: (f64, f64),
    /// From the estimate to the bound that a regression must clear, of this look alone.
    half_width: Option<f64>,
}

impl Seen {
    /// What the pairs of a look say; `None` without any, and where a value is not finite.
    pub(super) fn at(look: &Look, pairs: &[Pair], series: &PairedSeries) -> Option<Seen> {
        let (base, head): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|pair| (pair.base, pair.head)).unzip();
        let median = stats::median(&head)?;
        let sides = Sides::new(&base, &head, series.quantum)?;
        // Ranks do not care how far beyond all numbers a difference is.
        let differences: Vec<f64> = std::iter::zip(&sides.base, &sides.head)
            .map(|(base, head)| (head - base).clamp(f64::MIN, f64::MAX))
            .collect();
        let ranks = SignedRank::with_null(&differences, &look.null)?;
        let better = series.metric.better;
        let (alpha_lo, alpha_hi) = orient((look.worse, look.within), better);
        let (lo, hi) = ranks.bounds(alpha_lo, alpha_hi);
        let none = ranks.estimate().abs() <= sides.quantum;
        let (estimate, lo, hi, p) = match none {
            // The values say no more than that it is less than one step away from what they show.
            true => {
                let (least, most) =
                    (ranks.estimate() - sides.quantum, ranks.estimate() + sides.quantum);
                let lo = lo.map(|lo| lo.min(least).min(0.0));
                (0.0, lo, hi.map(|hi| hi.max(most).max(0.0)), (1.0, 1.0))
            }
            false => (ranks.estimate(), lo, hi, ranks.p()),
        };
        let (worse, _) = orient((lo, hi), better);
        Some(Seen {
            scale: sides.scale,
            base: sides.location,
            head: median,
            estimate,
            lo,
            hi,
            p: orient(p, better),
            half_width: worse.map(|bound| (estimate - bound).abs().max(sides.quantum)),
        })
    }

    /// The comparison of a metric with noise.
    pub(super) fn noisy(&self, series: &PairedSeries, look: &Look, power: f64) -> Comparison {
        let detectable = self.detectable(look.worse, power, series.metric.better);
        Comparison { detectable, ..self.comparison(series, look) }
    }

    /// The comparison of a metric without noise.
    pub(super) fn exact(&self, series: &PairedSeries, look: &Look) -> Comparison {
        let finding = Finding::exact(self.base, self.head, series.quantum);
        let (better, levels) = (series.metric.better, (look.worse, look.better));
        let (p_worse, p_better) = finding.p(better);
        Comparison {
            test: Test::Exact,
            effect: finding.effect(levels, better),
            difference: finding.difference(levels, better),
            p_worse,
            p_better,
            ..self.comparison(series, look)
        }
    }

    fn comparison(&self, series: &PairedSeries, look: &Look) -> Comparison {
        let fraction = |shift: f64| self.scale.fraction(shift, self.base);
        let amount = |shift: f64| self.scale.amount(shift, self.base);
        let side = |value| Side { value, runs: 1, n: look.pairs as u64, values: vec![value] };
        Comparison {
            series: series.series.clone(),
            unit: series.metric.unit.clone(),
            better: series.metric.better,
            test: Test::Paired,
            base: side(self.base),
            head: side(self.head),
            effect: fraction(self.estimate).map(|estimate| Effect {
                estimate,
                lo: self.lo.and_then(fraction),
                hi: self.hi.and_then(fraction),
            }),
            difference: Estimate {
                // Only a rise beyond all numbers has no value.
                value: amount(self.estimate).unwrap_or(f64::MAX),
                lo: self.lo.and_then(amount),
                hi: self.hi.and_then(amount),
            },
            p_worse: self.p.0,
            p_better: self.p.1,
            alpha_worse: look.worse,
            alpha_better: look.better,
            between_runs: None,
            detectable: None,
            flagged: None,
            regime: None,
            warnings: Vec::new(),
        }
    }

    /// The smallest relative change for the worse that this look would have found: from the bound's
    /// level to the power, by the normal distribution that many ranks come near.
    fn detectable(&self, alpha: f64, power: f64, better: Better) -> Option<f64> {
        let certainty = stats::normal_quantile(1.0 - alpha)?;
        let stretch = 1.0 + stats::normal_quantile(power)? / certainty;
        let found = self.scale.rise_and_fall(self.half_width? * stretch, self.base)?;
        Some(orient(found, better).0).filter(|_| stretch.is_finite())
    }
}
