//! `history`: what is stored is listed, shown, exported, searched for changes and tidied.

mod accept;
mod branch;
mod past;
mod points;
mod regime;
mod release;
mod stored;
