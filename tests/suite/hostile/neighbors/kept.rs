//! Row 25: whoever held the port before keeps connections of the browser's, and hands everything on.

use super::earlier_app::{EarlierApp, html};
use super::{Neighbor, Victim, free, get, second_user};
use crate::browser::ACCEPT;
use crate::chromium::Tab;
use crate::hostile::login::{Login, command, stand_in};
use crate::hostile::wire;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Url;

