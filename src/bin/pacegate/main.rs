//! The `pacegate` command.

fn main() {}
