//! The parts of the accuracy bench: trials that are what they say, rules of other tools that decide
//! as theirs do, and tables that are always the same.

#[path = "../../benches/accuracy/ours.rs"]
mod ours;
#[path = "../../benches/accuracy/parallel.rs"]
mod parallel;
#[path = "../../benches/accuracy/peers/mod.rs"]
mod peers;
#[path = "../../benches/accuracy/rule.rs"]
mod rule;
#[path = "../../benches/accuracy/tables/mod.rs"]
mod tables;
#[path = "../../benches/accuracy/trials/mod.rs"]
mod trials;

mod markers;
mod noise;
mod print;
mod rules;
