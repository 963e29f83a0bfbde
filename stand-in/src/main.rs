//! `zoho-stand-in`: the stand-in as a program, for interactive use and for tests in any language.
#![forbid(unsafe_code)]

use std::future::pending;
use std::io::{self, Write};

use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use zoho_stand_in::failure::Failure;
use zoho_stand_in::{DataCenter, Rehearsal, StandIn};

/// A strict stand-in for Zoho on this machine, to test integrations against
///
/// Prints its addresses and its client as NAME=value lines, and runs until Ctrl-C.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The first of two consecutive ports, one per data center; 0 chooses free ones
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Play a failure
    #[arg(long, value_name = "CASE", value_enum)]
    fail: Option<Failure>,
    /// Redirect URI of the client, compared character for character (repeatable)
    #[arg(
        long,
        value_name = "URI",
        default_value = "http://localhost:8085/callback"
    )]
    redirect_uri: Vec<String>,
    /// Where the person's account is; the client is registered in the United States
    #[arg(long, value_name = "DC", value_parser = person_at(), default_value = "eu")]
    person_at: DataCenter,
    /// The client is unknown outside the data center where it is registered
    #[arg(long)]
    no_multi_dc: bool,
    /// The client has a different secret in each data center
    #[arg(long)]
    own_secrets: bool,
}

fn person_at() -> impl TypedValueParser<Value = DataCenter> {
    let codes = PossibleValuesParser::new(DataCenter::PAIR.map(DataCenter::code));
    codes.map(|code| {
        let [us, eu] = DataCenter::PAIR;
        if code == us.code() { us } else { eu }
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let second = if arguments.port == 0 {
        0
    } else {
        arguments.port.saturating_add(1)
    };
    let listeners = [
        TcpListener::bind(("127.0.0.1", arguments.port)).await?,
        TcpListener::bind(("127.0.0.1", second)).await?,
    ];
    let stand_in = StandIn::on(
        listeners,
        Rehearsal {
            failure: arguments.fail,
            person_at: arguments.person_at,
            multi_dc: !arguments.no_multi_dc,
            same_secret: !arguments.own_secrets,
            ..Rehearsal::default()
        },
    )?;
    for redirect_uri in &arguments.redirect_uri {
        stand_in.register_redirect_uri(redirect_uri);
    }
    print(&stand_in, &arguments.redirect_uri)?;
    pending().await
}

/// Prints what an integration needs to know, with the variable names that `zoho-grant` reads, where it has one.
fn print(stand_in: &StandIn, redirect_uris: &[String]) -> io::Result<()> {
    let [us, eu] = DataCenter::PAIR;
    let [secret, eu_secret] = DataCenter::PAIR.map(|at| stand_in.client_secret_at(at));
    let mut out = io::stdout().lock();
    writeln!(out, "ZOHO_CLIENT_ID={}", stand_in.client_id())?;
    writeln!(out, "ZOHO_CLIENT_SECRET={}", secret.expose_secret())?;
    for redirect_uri in redirect_uris {
        writeln!(out, "ZOHO_REDIRECT_URI={redirect_uri}")?;
    }
    writeln!(out, "ZOHO_ACCOUNTS_URL={}", stand_in.accounts_url(us))?;
    writeln!(out, "ZOHO_API_DOMAIN={}", stand_in.api_domain(us))?;
    writeln!(out, "EU_CLIENT_SECRET={}", eu_secret.expose_secret())?;
    writeln!(out, "EU_ACCOUNTS_URL={}", stand_in.accounts_url(eu))?;
    writeln!(out, "EU_API_DOMAIN={}", stand_in.api_domain(eu))?;
    out.flush()
}
