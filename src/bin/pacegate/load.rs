//! `pacegate load`: one machine's segment of a load; `pacegate merge`: the segments as a run.

use crate::failure::Failure;
use crate::{session, stdout};
use clap::Args;
use pacegate::config;
use pacegate::exit::Exit;
use pacegate::pipeline::{self, Loading, Part};
use pacegate::report::segment;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// The load to send; it has `arrivals`
    #[arg(value_name = "NAME")]
    name: String,

    /// Which part of it this machine sends, of how many
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    segment: Part,

    /// When to begin, the same for every segment: RFC 3339, or `+10s` for a load that is not split
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    start_at: Option<Moment>,

    /// Where to write what was measured, for `merge`; missing folders are made
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// The configuration
    #[arg(long, short, default_value = "gates.yaml", env = "PACEGATE_CONFIG", value_name = "FILE")]
    config: PathBuf,

    /// The branch this run belongs to, where git cannot tell
    #[arg(long, value_name = "NAME", value_parser = crate::args::branch)]
    branch: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The segments, as `load` writes them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Where to write the run, for `check --head`; missing folders are made
    #[arg(long, short, value_name = "RUN")]
    out: PathBuf,
}

/// A time to begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    At(OffsetDateTime),
    In(Duration),
}

pub(crate) fn load(args: &LoadArgs, quiet: bool) -> Result<Exit, Failure> {
    let now = OffsetDateTime::now_utc();
    let begin = match args.start_at {
        None => None,
        Some(Moment::At(time)) => Some(time),
        // Every machine would work out another time, of which only the merge would tell.
        Some(Moment::In(_)) if args.segment != Part::WHOLE => {
            return Err(Failure::new(
                Exit::Usage,
                "failed to begin: segments begin at the same time, so that `--start-at` needs one in RFC \
                 3339, such as `2026-11-25T09:00:00Z`"
                    .to_owned(),
            ));
        }
        // To the second, since people read it.
        Some(Moment::In(time)) => Some((now + time).truncate_to_second() + Duration::from_secs(1)),
    };
    let loading = Loading {
        config: args.config.clone(),
        name: args.name.clone(),
        part: args.segment,
        begin,
        out: args.out.clone(),
        branch: args.branch.clone(),
        now,
    };
    let segment =
        session::measuring(quiet, async |context| pipeline::load_segment(&loading, context).await)?;
    stdout::print(&segment::sent(&segment))?;
    Ok(if segment.run.cut_short { Exit::Interrupted } else { Exit::Pass })
}

pub(crate) fn merge(args: &MergeArgs) -> Result<Exit, Failure> {
    let merged = pipeline::merge(&args.files, &args.out)?;
    stdout::print(&segment::merged(&merged.run, merged.segments, merged.of))?;
    Ok(Exit::Pass)
}

fn moment(text: &str) -> Result<Moment, String> {
    if let Some(time) = text.strip_prefix('+') {
        let time = config::duration(time).map_err(|error| match error.help {
            Some(help) => format!("{}; {help}", error.message),
            None => error.message,
        })?;
        return match time <= pipeline::LONGEST_WAIT {
            true => Ok(Moment::In(time)),
            false => Err("that is more than a day off".to_owned()),
        };
    }
    OffsetDateTime::parse(text, &Rfc3339)
        .map(Moment::At)
        .map_err(|_| "write a time such as `2026-11-25T09:00:00Z`, or `+10s`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_a_time_or_a_while() {
        let at = |text: &str| moment(text).map(|moment| format!("{moment:?}"));
        assert_eq!(moment("+10s"), Ok(Moment::In(Duration::from_secs(10))));
        assert_eq!(moment("2026-11-25T10:00:00+01:00"), moment("2026-11-25T09:00:00Z"));
        for text in
            ["", "+", "+10", "10s", "-10s", "now", "2026-11-25", "+25h", "+9000000d", "+1e300d"]
        {
            assert!(at(text).is_err(), "{text}: {:?}", at(text));
        }
    }
}
