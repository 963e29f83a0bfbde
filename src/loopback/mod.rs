//! The redirect URI on this machine: sockets, judgement, connections, pages.

pub mod pages;
