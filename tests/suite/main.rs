//! The whole program, from outside: the real binary over real sockets.

mod hostile;
