//! `history`: what is stored is listed, shown, exported, searched for changes and tidied.

mod past;
mod stored;
