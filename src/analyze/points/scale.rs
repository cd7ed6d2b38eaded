//! The scale on which levels are compared: logarithms where there are ratios, differences elsewhere.

use super::step::Step;
use crate::model::Effect;
use crate::stats::median;

/// How the values of a series were scaled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scale {
    /// Logarithms, less some constant: steps are log ratios.
    Ratios,
    /// In parts of the largest size, less `centre`.
    Differences { centre: f64 },
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
        Some((if ratios { Scale::Ratios } else { Scale::Differences { centre } }, scaled))
    }

    /// The size of a step: later level over earlier one, minus 1.
    pub(super) fn change(self, step: &Step) -> f64 {
        self.relative(step.before, step.after, step.after - step.before)
    }

    /// A step as an effect; finite, whatever the values.
    pub(super) fn effect(self, step: &Step) -> Effect {
        let (difference, margin) = (step.after - step.before, step.margin());
        let relative = |difference| self.relative(step.before, step.after, difference);
        Effect {
            estimate: relative(difference),
            lo: Some(relative(difference - margin)),
            hi: Some(relative(difference + margin)),
        }
    }

    /// A difference on this scale as a ratio minus 1, of levels that lie at `before` and `after`.
    pub(super) fn relative(self, before: f64, after: f64, difference: f64) -> f64 {
        let relative = match self {
            Scale::Ratios => difference.exp_m1(),
            Scale::Differences { centre } => {
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
