//! The form in which the credentials are written: a format, a single value, or the person's template.

use crate::handover::fields::{Field, Prospect, View};
use crate::handover::format_error::Why;
use crate::handover::format_options::{FormatOptions, Need};
use crate::handover::remark::Remark;
use crate::handover::template::Template;
use crate::handover::{adobe, dotenv, json, mcp, postman, rclone, sdk, shell, text};
use crate::zoho::data_centers::DataCenter;
use derive_more::Display;
use thiserror::Error;
use zeroize::Zeroizing;

/// The form to write. `Display` continues in a sentence: "the format json".
#[derive(Clone, Debug, Display)]
pub enum Form {
    /// A format's document.
    #[display("the format {}", _0.name)]
    Format(&'static Format),
    /// A single value.
    #[display("the value {}", _0.name)]
    Field(&'static Field),
    /// The person's template, filled in.
    #[display("the template")]
    Template(Template),
}

/// A document that a consumer accepts.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line: "airbyte".
    pub name: &'static str,
    /// The consumer, as a heading.
    pub title: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// The file name that the page offers.
    pub file_name: &'static str,
    /// The codes of the data centers that the consumer supports. If none are listed, it supports any, because the
    /// document includes the servers.
    pub data_centers: Option<&'static [&'static str]>,
    /// What the consumer needs besides the client and the accounts server.
    pub needs: &'static [Need],
    /// The scope groups that the consumer requires.
    pub reads: &'static [&'static str],
    /// What a person should know before relying on it.
    pub remarks: &'static [Remark],
    document: fn(View) -> Result<Zeroizing<String>, Why>,
}

/// Every format, in the order of the help and the page.
pub static FORMATS: [Format; 16] = [
    Format {
        name: "adobe",
        title: "Adobe Experience Platform",
        purpose: "the six fields of its Zoho CRM source, in the order of its form",
        file_name: "zoho-adobe.txt",
        needs: &[Need::Endpoint, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REMARKS,
        document: |of| Ok(text::labeled(&adobe::FORM, of)),
        ..PLAIN
    },
    Format {
        name: "adobe-json",
        title: "Adobe Experience Platform API",
        purpose: "the body of POST /data/foundation/flowservice/connections",
        file_name: "zoho-adobe.json",
        needs: &[Need::Endpoint, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REMARKS,
        document: |of| Ok(adobe::connection(of)),
        ..PLAIN
    },
    Format {
        name: "adobe-rest",
        title: "Adobe's Generic REST API source",
        purpose: "the body of POST /data/foundation/flowservice/connections for that source",
        file_name: "zoho-adobe-rest.json",
        needs: &[Need::ApiDomain, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REST_REMARKS,
        document: |of| Ok(adobe::rest(of)),
        ..PLAIN
    },
    Format {
        name: "airbyte",
        title: "Airbyte",
        purpose: "the configuration of source-zoho-crm",
        file_name: "zoho-airbyte.json",
        data_centers: Some(&["us", "au", "eu", "in", "cn", "jp"]),
        needs: &[Need::RefreshToken, Need::Environment],
        // What its check and discovery read (source-zoho-crm 0.3.6).
        reads: &[
            "ZohoCRM.settings.modules",
            "ZohoCRM.settings.fields",
            "ZohoCRM.modules",
        ],
        document: |of| Ok(json::airbyte(of)),
        ..PLAIN
    },
    Format {
        name: "singer",
        title: "Singer",
        purpose: "the configuration of tap-zoho-crm",
        file_name: "tap-zoho-crm.json",
        data_centers: Some(&["us"]),
        needs: &[Need::RefreshToken, Need::StartDate, Need::UserAgent],
        document: |of| Ok(json::singer(of)),
        ..PLAIN
    },
    Format {
        name: "zoho-sdk",
        title: "Zoho's own SDKs",
        purpose: "the token store of the SDKs for Python, Node, Java and PHP",
        file_name: "zoho-sdk-tokens.txt",
        document: sdk::document,
        ..PLAIN
    },
    Format {
        name: "mcp",
        title: "MCP servers",
        purpose: "a server entry in an MCP client's configuration",
        file_name: "mcp.json",
        remarks: &mcp::REMARKS,
        document: |of| Ok(mcp::document(of)),
        ..PLAIN
    },
    Format {
        name: "postman",
        title: "Postman",
        purpose: "an environment for Postman and Newman",
        file_name: "zoho.postman_environment.json",
        document: |of| Ok(postman::document(of)),
        ..PLAIN
    },
    Format {
        name: "rclone",
        title: "rclone",
        purpose: "a remote for its configuration file",
        file_name: "rclone.conf",
        data_centers: Some(&["us", "eu", "in", "jp", "cn", "au"]),
        needs: &[Need::AccessToken, Need::RefreshToken],
        reads: &["WorkDrive.files"],
        remarks: &rclone::REMARKS,
        document: rclone::document,
    },
    Format {
        name: "dotenv",
        title: "A .env file",
        purpose: "NAME=value lines for .env files, docker --env-file, systemd and CI secrets",
        file_name: "zoho.env",
        document: |of| dotenv::merged(of, ""),
        ..PLAIN
    },
    Format {
        name: "env",
        title: "sh, bash and zsh",
        purpose: "export lines to source or eval",
        file_name: "zoho.sh",
        document: shell::sh,
        ..PLAIN
    },
    Format {
        name: "fish",
        title: "fish",
        purpose: "set -gx lines to source",
        file_name: "zoho.fish",
        document: shell::fish,
        ..PLAIN
    },
    Format {
        name: "powershell",
        title: "PowerShell",
        purpose: "$Env: lines to dot-source or pipe to Invoke-Expression",
        file_name: "zoho.ps1",
        document: shell::powershell,
        ..PLAIN
    },
    Format {
        name: "windows-cmd",
        title: "Windows' cmd.exe",
        purpose: "set lines for a script to call",
        file_name: "zoho.cmd",
        document: shell::windows_cmd,
        ..PLAIN
    },
    Format {
        name: "json",
        title: "JSON",
        purpose: "one object for programs",
        file_name: "zoho-credentials.json",
        document: |of| Ok(json::json(of)),
        ..PLAIN
    },
    Format {
        name: "text",
        title: "Plain text",
        purpose: "labeled lines to read and copy from",
        file_name: "zoho-credentials.txt",
        document: |of| Ok(text::labeled(&text::LINES, of)),
        ..PLAIN
    },
];

/// Defaults that most formats share.
const PLAIN: Format = Format {
    name: "",
    title: "",
    purpose: "",
    file_name: "",
    data_centers: None,
    needs: &[],
    reads: &[],
    remarks: &[],
    document: |of| Ok(text::labeled(&text::LINES, of)),
};

/// Credentials that cannot be written in a form.
#[derive(Debug, Error)]
#[error("{form} {why}")]
pub struct FormatError {
    /// The form.
    pub form: Form,
    /// Why.
    pub why: Why,
}

impl Form {
    /// The format with this name.
    pub fn named(name: &str) -> Option<Self> {
        Format::named(name).map(Self::Format)
    }

    /// Its name: "json", "refresh_token".
    pub fn name(&self) -> &'static str {
        match self {
            Self::Format(format) => format.name,
            Self::Field(field) => field.name,
            Self::Template(_) => "the template",
        }
    }

    /// Whether our lines are merged into an existing file instead of replacing it.
    pub fn is_merged(&self) -> bool {
        self.name() == "dotenv"
    }

    /// Why no login can end in this form, if that is already known.
    pub fn hopeless(&self, options: &FormatOptions, before: &Prospect) -> Option<FormatError> {
        let why = match self {
            Self::Format(format) => format.hopeless(options, before),
            Self::Field(field) => field.untold(options, before),
            Self::Template(template) => template.untold(options, before),
        };
        why.map(|why| self.unfit(why))
    }

    /// The whole document, ending in a newline.
    pub fn document(&self, of: View) -> Result<Zeroizing<String>, FormatError> {
        let document = match self {
            Self::Format(format) => format.document(of),
            Self::Field(field) => field
                .bare(of, Why::Absent)
                .map(|value| Zeroizing::new(value.into_owned())),
            Self::Template(template) => template.filled(of),
        };
        let mut document = document.map_err(|why| self.unfit(why))?;
        if !document.ends_with('\n') {
            document.push('\n');
        }
        Ok(document)
    }

    /// The error of this form.
    pub(super) fn unfit(&self, why: Why) -> FormatError {
        FormatError {
            form: self.clone(),
            why,
        }
    }
}

impl Format {
    /// The format with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Assumes that the person's data center is the client's: Zoho redirects only people of another one.
    fn hopeless(&self, options: &FormatOptions, before: &Prospect) -> Option<Why> {
        if before.data_center.is_some()
            && let Err(why) = self.check_data_center(before.data_center)
        {
            return Some(why);
        }
        let mut needs = self.needs.iter();
        let missing = needs.find(|need| match need {
            Need::Environment => options.environment.is_none() && !before.tells("ZohoCRM.org"),
            Need::StartDate => options.start_date.is_none(),
            Need::UserAgent => options.user_agent.is_none(),
            Need::Endpoint | Need::AccessToken | Need::RefreshToken | Need::ApiDomain => false,
        });
        let unread = || self.reads.iter().find(|group| !before.scopes.touch(group));
        missing
            .map(|need| Why::Missing(*need))
            .or_else(|| unread().map(|group| Why::Scope(group)))
    }

    /// Needs are checked here; any other missing value is simply omitted.
    fn document(&self, of: View) -> Result<Zeroizing<String>, Why> {
        self.check_data_center(of.credentials.data_center)?;
        match self.needs.iter().find(|need| !of.has(**need)) {
            Some(missing) => Err(Why::Missing(*missing)),
            None => (self.document)(of),
        }
    }

    /// Whether the consumer supports this data center; an unknown one only if it supports any.
    fn check_data_center(&self, theirs: Option<&'static DataCenter>) -> Result<(), Why> {
        match self.data_centers {
            Some(known) if !theirs.is_some_and(|center| known.contains(&center.code)) => {
                Err(Why::DataCenter { known, theirs })
            }
            _ => Ok(()),
        }
    }
}
