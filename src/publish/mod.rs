//! Telling a forge what a build came to.
//!
//! [`event`] works out, from the variables and the event file of a CI job, what is to be measured, how
//! far it is trusted and where it is to be told. A [`Post`] says what is to be told, in no forge's words;
//! one module a forge sends it. Nothing here judges, and a failure to post never changes a verdict.

mod comment;
mod compose;
mod connection;
pub mod event;
mod failure;
pub mod forgejo;
pub mod github;
pub mod gitlab;
mod http;
mod issues;
mod post;
mod request;
mod rest;
mod retry;
mod session;
mod silence;
mod sticky;
mod workflow;

pub use comment::{CommentId, body, marker};
pub use compose::{When, Wishes, annotations, compose, page, sentence};
pub use connection::{Connection, Delivered, Error, Fate, Token, Told};
pub use post::{Annotation, Check, Comment, Conclusion, Level, Post, Status};
pub use request::Request;
pub use silence::Silence;
pub use workflow::{commands, outputs};
