//! The program as a whole: the flow in the library, the binary, the browser.

mod flow;
mod rehearsed;
