//! Consent on another device: codes waiting for the person, and polls for their tokens.

use std::time::{Duration, Instant};

use super::Registry;
use super::answer::{Authorization, DeviceStart, Invalid, Polled, TokenError};
use super::request::Access;
use crate::parameters::Parameters;
use crate::{DataCenter, shapes};

/// How long a code is valid, as documented.
pub const LIFETIME: Duration = Duration::from_mins(5);

/// A device, and what the person decided about it.
pub struct Device {
    client_id: String,
    user_code: String,
    access: Access,
    issued: Instant,
    polled: Option<Instant>,
    /// The pending consent's ticket, once the code has been entered.
    ticket: Option<String>,
    decision: Decision,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    None,
    Accepted,
    Refused,
    /// Accepted, and the tokens have been fetched.
    Spent,
}

impl Registry {
    /// Judges a request for a user code. The documentation names no client secret in it, so none is required.
    pub fn device_code(
        &mut self,
        at: DataCenter,
        form: &Parameters,
        now: Instant,
    ) -> Result<DeviceStart, TokenError> {
        let client_id = self.known(at, form)?.id.clone();
        if form.value("grant_type") != Some("device_request") {
            return Err(TokenError::GeneralError);
        }
        // Zoho does not say how a wrong scope is answered.
        let access = Access::read(form).map_err(|_| TokenError::GeneralError)?;
        let (device_code, user_code) = (shapes::token(), shapes::user_code());
        let device = Device {
            client_id,
            user_code: user_code.clone(),
            access,
            issued: now,
            polled: None,
            ticket: None,
            decision: Decision::None,
        };
        self.devices.insert(device_code.clone(), device);
        Ok(DeviceStart {
            device_code,
            user_code,
        })
    }

    /// Enters a code; case, spaces and hyphens do not matter. It works until a decision is made.
    pub fn enter(
        &mut self,
        at: DataCenter,
        user_code: &str,
        now: Instant,
    ) -> Result<Authorization, Invalid> {
        if at != self.person_at {
            return Ok(Authorization::Moved(self.person_at));
        }
        let entered = letters(user_code);
        let mut devices = self.devices.values_mut();
        let device = devices
            .find(|device| device.is_open(now) && letters(&device.user_code) == entered)
            .ok_or(Invalid::UserCode)?;
        let ticket = shapes::ticket();
        device.ticket = Some(ticket.clone());
        Ok(Authorization::Consent {
            ticket,
            scopes: device.access.scopes.clone(),
        })
    }

    /// Records the person's decision, once per ticket. Returns false if the ticket does not belong to a device.
    pub fn decide_device(
        &mut self,
        at: DataCenter,
        ticket: &str,
        accepted: bool,
        now: Instant,
    ) -> bool {
        let mut devices = self.devices.values_mut();
        let device = devices.find(|device| device.ticket.as_deref() == Some(ticket));
        let Some(device) = device.filter(|device| at == self.person_at && device.is_open(now))
        else {
            return false;
        };
        device.ticket = None;
        device.decision = if accepted {
            Decision::Accepted
        } else {
            Decision::Refused
        };
        true
    }

    /// Judges a poll. A poll that comes too early is told to slow down, even after a decision.
    pub fn poll(&mut self, at: DataCenter, form: &Parameters, now: Instant) -> Polled {
        let client_id = match self.proven(at, form) {
            Ok(client_id) if form.value("grant_type") == Some("device_token") => client_id,
            Ok(_) => return Polled::Error(TokenError::GeneralError),
            Err(error) => return Polled::Error(error),
        };
        let device = self.devices.get_mut(form.value("code").unwrap_or_default());
        let Some(device) = device.filter(|device| device.client_id == client_id) else {
            return Polled::Error(TokenError::InvalidCode);
        };
        let before = device.polled.replace(now);
        let too_fast = before.is_some_and(|before| now.duration_since(before) < self.interval);
        match device.decision {
            _ if now.duration_since(device.issued) >= LIFETIME => Polled::Expired,
            _ if too_fast => Polled::SlowDown,
            Decision::None => Polled::Pending,
            Decision::Refused => Polled::Refused,
            Decision::Spent => Polled::Error(TokenError::InvalidCode),
            Decision::Accepted if at != self.person_at => Polled::OtherDataCenter(self.person_at),
            Decision::Accepted => {
                device.decision = Decision::Spent;
                let access = &device.access;
                let first = self.consented.insert(client_id.clone());
                let refreshable = access.offline && (access.prompted || first);
                let tokens = &mut self.tokens;
                Polled::Issued(tokens.issue(at, &client_id, &access.scopes, refreshable, now))
            }
        }
    }

    /// Makes the tokens available again after a failure was played instead of them.
    pub fn take_back(&mut self, form: &Parameters) {
        let code = form.value("code").unwrap_or_default();
        let device = self.devices.get_mut(code);
        if let Some(device) = device.filter(|device| device.decision == Decision::Spent) {
            device.decision = Decision::Accepted;
        }
    }
}

impl Device {
    fn is_open(&self, now: Instant) -> bool {
        self.decision == Decision::None && now.duration_since(self.issued) < LIFETIME
    }
}

fn letters(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}
