use pacegate::config::{self, ConfigError};
use std::path::Path;

fn rendered(error: &ConfigError) -> String {
    use miette::{GraphicalReportHandler, GraphicalTheme};
    let mut out = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut out, error)
        .unwrap();
    out
}

#[test]
fn explore() {
    let dir = std::env::var("EXPLORE").unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for path in names {
        println!("=== {}", path.display());
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        match config::parse(
            &text,
            Path::new("gates.yaml"),
            Path::new("/base"),
            time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap(),
        ) {
            Ok(plan) => println!("OK {:?}", plan),
            Err(error) => println!("{}\n{}", error, rendered(&error)),
        }
    }
}
