//! An AWS organization in memory, on loopback: `keyreach-mocks --scenario menagerie|FILE.toml --port 0`.
//! Prints the shell lines that point any AWS tool at it.

use std::fs;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use keyreach_mocks::{Cloud, Scenario, ScenarioError, serve};
use tokio::net::TcpListener;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("usage: keyreach-mocks [--scenario {}|FILE.toml] [--port PORT]", Scenario::BUILTIN.join("|"))]
    Usage,
    #[error("`{0}` cannot be read: {1}")]
    File(String, io::Error),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("cannot listen on loopback: {0}")]
    Socket(#[from] io::Error),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to tell it to if stderr is closed.
            writeln!(io::stderr(), "keyreach-mocks: {failure}").ok();
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Failure> {
    let (scenario, port) = arguments()?;
    let mut scenario = match Scenario::builtin(&scenario) {
        Some(builtin) => builtin,
        None => Scenario::parse(&fs::read_to_string(&scenario).map_err(|why| Failure::File(scenario, why))?)?,
    };
    // Clients on a socket live in wall time; credentials of another day would be expired to them.
    scenario.clock = None;
    let cloud = Cloud::new(&scenario)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let (key, secret) = cloud.credentials();
    let mut out = io::stdout().lock();
    writeln!(out, "export AWS_ENDPOINT_URL=http://{}", listener.local_addr()?)?;
    writeln!(out, "export AWS_ACCESS_KEY_ID={key}")?;
    writeln!(out, "export AWS_SECRET_ACCESS_KEY={secret}")?;
    writeln!(out, "export AWS_REGION={}", cloud.region())?;
    out.flush()?;
    drop(out);
    Ok(serve(cloud, listener).await?)
}

fn arguments() -> Result<(String, u16), Failure> {
    let (mut scenario, mut port) = ("menagerie".to_owned(), 0);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(Failure::Usage)?;
        match word.as_str() {
            "--scenario" => scenario = value,
            "--port" => port = value.parse().map_err(|_| Failure::Usage)?,
            _ => return Err(Failure::Usage),
        }
    }
    Ok((scenario, port))
}
