//! What one look saw, and what all looks up to it hold.

use super::super::finding::{Finding, orient};
use super::super::scale::{Scale, Sides};
use super::design::Look;
use crate::model::{Better, Comparison, Effect, Estimate, Pair, PairedSeries, Side, Test};
use crate::stats::{self, SignedRank};

/// The shift of the differences at one look, as head minus base on its scale.
pub(super) struct Seen {
    scale: Scale,
    /// Medians of base and head, in the metric's unit.
    base: f64,
    head: f64,
    estimate: f64,
    lo: Option<f64>,
    hi: Option<f64>,
    /// One-sided p-values against "not worse" and "not better", of this look alone.
    p: (f64, f64),
    /// From the estimate to its bound for the worse.
    half_width: Option<f64>,
}

impl Seen {
    /// `None` without pairs, and for values whose differences overflow.
    pub(super) fn at(look: &Look, pairs: &[Pair], quantum: f64, better: Better) -> Option<Seen> {
        let base: Vec<f64> = pairs.iter().map(|pair| pair.base).collect();
        let head: Vec<f64> = pairs.iter().map(|pair| pair.head).collect();
        let median = stats::median(&head)?;
        let sides = Sides::new(&base, &head, quantum)?;
        let differences: Vec<f64> =
            sides.base.iter().zip(&sides.head).map(|(base, head)| head - base).collect();
        let ranks = SignedRank::with_null(&differences, &look.null)?;
        let none = ranks.estimate().abs() <= sides.quantum;
        let estimate = if none { 0.0 } else { ranks.estimate() };
        let (alpha_lo, alpha_hi) = orient((look.worse, look.within), better);
        let (lo, hi) = ranks.bounds(alpha_lo, alpha_hi);
        let (lo, hi) = match none {
            true => (lo.map(|lo| lo.min(0.0)), hi.map(|hi| hi.max(0.0))),
            false => (lo, hi),
        };
        let worse_bound = orient((lo, hi), better).0;
        let p = if none { (1.0, 1.0) } else { ranks.p() };
        Some(Seen {
            scale: sides.scale,
            base: sides.location,
            head: median,
            estimate,
            lo,
            hi,
            p: orient(p, better),
            half_width: worse_bound.map(|bound| (estimate - bound).abs().max(sides.quantum)),
        })
    }

    /// The comparison of a metric without noise.
    pub(super) fn exact(&self, series: &PairedSeries, look: &Look) -> Comparison {
        let finding = Finding::exact(self.base, self.head, series.quantum);
        let better = series.metric.better;
        let levels = (look.worse, look.better);
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

/// The interval that all looks so far leave.
#[derive(Default)]
pub(super) struct Held {
    scale: Option<Scale>,
    lo: Option<f64>,
    hi: Option<f64>,
}

impl Held {
    /// What is held once a further look is added.
    pub(super) fn with(&mut self, seen: Seen) -> Seen {
        if self.scale != Some(seen.scale) {
            // The first value that is not positive ends the logarithms, and their bounds with them.
            *self = Held { scale: Some(seen.scale), ..Held::default() };
        }
        let tighter =
            |held: Option<f64>, new: Option<f64>, pick: fn(f64, f64) -> f64| match (held, new) {
                (Some(held), Some(new)) => Some(pick(held, new)),
                (held, new) => held.or(new),
            };
        self.lo = tighter(self.lo, seen.lo, f64::max);
        self.hi = tighter(self.hi, seen.hi, f64::min);
        // An estimate that has left an earlier interval is believed against it.
        let (lo, hi) =
            (self.lo.map(|lo| lo.min(seen.estimate)), self.hi.map(|hi| hi.max(seen.estimate)));
        Seen { lo, hi, ..seen }
    }
}

impl Seen {
    /// The comparison of a metric with noise.
    pub(super) fn compare(&self, series: &PairedSeries, look: &Look, power: f64) -> Comparison {
        let detectable = self.detectable(look.worse, power, series.metric.better);
        Comparison { detectable, ..self.comparison(series, look) }
    }
}
