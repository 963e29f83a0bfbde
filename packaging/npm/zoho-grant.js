#!/usr/bin/env node
// Runs the binary from this system's package, and exits the way it exits.
"use strict";

const { spawn } = require("node:child_process");
const { optionalDependencies } = require("./package.json");

// The terminal already sends these signals to the program, and a second one would kill it.
const FROM_TERMINAL = ["SIGINT", "SIGHUP", "SIGQUIT"];
const SIGNALS = ["SIGTERM", ...FROM_TERMINAL];
const onTerminal = [0, 1, 2].some((stream) => require("node:tty").isatty(stream));

// If both Linux packages are installed, the glibc one comes first.
function programs() {
  const file = process.platform === "win32" ? "zoho-grant.exe" : "zoho-grant";
  const system = `${process.platform}-${process.arch}`;
  return Object.keys(optionalDependencies)
    .filter((name) => name.split("/")[1].startsWith(system))
    .flatMap((name) => {
      try {
        return [require.resolve(`${name}/${file}`)];
      } catch {
        return [];
      }
    });
}

function fail(reason) {
  console.error(`error: zoho-grant cannot be started.
  Why:  ${reason}
  Next: Install it again without leaving out optional dependencies, or take another way to install it.`);
  process.exit(1);
}

function start([program, ...others]) {
  const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!(onTerminal && FROM_TERMINAL.includes(signal))) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    SIGNALS.forEach((name) => process.removeAllListeners(name));
    // A glibc binary is "not found" where there is no glibc.
    if (others.length > 0) start(others);
    else fail(error.message);
  });
  child.on("exit", (code, signal) => {
    SIGNALS.forEach((name) => process.removeAllListeners(name));
    if (signal) process.kill(process.pid, signal);
    else process.exit(code);
  });
}

const found = programs();
if (found.length > 0) start(found);
else fail(`The package with the program for ${process.platform}-${process.arch} is not installed.`);
