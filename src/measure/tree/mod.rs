//! The base's tree, checked out beside the head's.

mod mapping;

pub(in crate::measure) use mapping::Mapping;
