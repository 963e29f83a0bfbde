//! Runs the stand-in Zoho for `tests/consumers/run`: prints the variables for a login there, consents at each address
//! read from standard input, and ends with it. An argument names a file for the last page seen.

use std::env;
use std::fs;
use std::io::{self, BufRead};
use std::thread;

use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use url::Url;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn, visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stand_in = StandIn::start(Rehearsal {
        person_at: DataCenter::Us,
        ..Rehearsal::default()
    })
    .await?;
    println!("ZOHO_CLIENT_ID={}", stand_in.client_id());
    let secret = stand_in.client_secret();
    println!("ZOHO_CLIENT_SECRET={}", secret.expose_secret());
    println!(
        "ZOHO_ACCOUNTS_URL={}",
        stand_in.accounts_url(DataCenter::Us)
    );
    println!("ZOHO_API_DOMAIN={}", stand_in.api_domain(DataCenter::Us));
    println!();

    let mut addresses = lines();
    while let Some(address) = addresses.recv().await {
        for (name, value) in Url::parse(&address)?.query_pairs() {
            if name == "redirect_uri" {
                stand_in.register_redirect_uri(&value);
            }
        }
        let visit = visitor::consent(&address).await?;
        if let Some(path) = env::args_os().nth(1) {
            fs::write(path, visit.page)?;
        }
    }
    Ok(())
}

/// Reads lines of standard input on a separate thread.
fn lines() -> mpsc::Receiver<String> {
    let (line, lines) = mpsc::channel(1);
    thread::spawn(move || {
        for text in io::stdin().lock().lines().map_while(Result::ok) {
            if line.blocking_send(text).is_err() {
                break;
            }
        }
    });
    lines
}
