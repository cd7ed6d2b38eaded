//! The scale on which levels are compared: logarithms where there are ratios, differences elsewhere.

use super::step::Step;
use crate::model::{Effect, Estimate, Size};
use crate::stats::median;

/// How the values of a series were scaled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scale {
    /// Logarithms, less some constant: steps are log ratios.
    Ratios,
    /// In parts of `unit`, the largest size, less `centre`.
    Differences {
        centre: f64,
        unit: f64,
        /// Whether values touch zero or lie on both sides of it.
        crossing: bool,
    },
}

impl Scale {
    /// The scale of values, and the values on it, of which the median is 0; `None` when there is none
    /// or one is not finite.
    pub(super) fn of(values: &[f64]) -> Option<(Scale, Vec<f64>)> {
        let ratios = values.iter().all(|value| *value > 0.0);
        let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let scaled = values.iter().map(|v| if ratios { v.ln() } else { v / unit });
        let mut scaled: Vec<f64> = scaled.collect();
        let centre = median(&scaled)?;
        scaled.iter_mut().for_each(|value| *value -= centre);
        let crossing = !values.iter().all(|value| *value < 0.0);
        let differences = Scale::Differences { centre, unit, crossing };
        Some((if ratios { Scale::Ratios } else { differences }, scaled))
    }

    /// How large a step is, to be held against the least change: later level over earlier one, minus 1.
    pub(super) fn change(self, step: &Step) -> f64 {
        self.relative(step.before, step.after, step.after - step.before)
    }

    /// The size of a step.
    pub(super) fn size_of(self, step: &Step) -> Size {
        let (difference, margin) = (step.after - step.before, step.margin());
        let bounds = (Some(difference - margin), Some(difference + margin));
        self.size(step.before, step.after, difference, bounds)
    }

    /// A difference on this scale with its bounds, of levels that lie at `before` and `after`; finite,
    /// whatever the values.
    pub(super) fn size(
        self,
        before: f64,
        after: f64,
        difference: f64,
        (lo, hi): (Option<f64>, Option<f64>),
    ) -> Size {
        if let Scale::Differences { unit, crossing: true, .. } = self {
            let amount = |difference: f64| (difference * unit).clamp(f64::MIN, f64::MAX);
            let (value, lo, hi) = (amount(difference), lo.map(amount), hi.map(amount));
            return Size::Difference(Estimate { value, lo, hi });
        }
        let relative = |difference| self.relative(before, after, difference);
        let estimate = relative(difference);
        Size::Ratio(Effect { estimate, lo: lo.map(relative), hi: hi.map(relative) })
    }

    /// A difference on this scale as a ratio minus 1, of levels that lie at `before` and `after`.
    pub(super) fn relative(self, before: f64, after: f64, difference: f64) -> f64 {
        let relative = match self {
            Scale::Ratios => difference.exp_m1(),
            Scale::Differences { centre, .. } => {
                let (before, after) = ((before + centre).abs(), (after + centre).abs());
                match if before > 0.0 { before } else { after } {
                    size if size > 0.0 => difference / size,
                    _ => 0.0,
                }
            }
        };
        relative.clamp(f64::MIN, f64::MAX)
    }
}
