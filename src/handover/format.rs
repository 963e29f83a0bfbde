//! The table of formats: for each reader its name, what it is for, what it knows and what it still needs.

use crate::credentials::Credentials;
use crate::handover::format_error::{FormatError, Why};
use crate::handover::format_options::{FormatOptions, Need};
use crate::handover::remark::Remark;
use crate::handover::{adobe, airbyte, dotenv, json, sdk, shell, singer, text};
use crate::zoho::data_centers::DataCenter;
use std::fmt;
use zeroize::Zeroizing;

/// A form in which a reader takes the credentials.
pub struct Format {
    /// Its name on the command line: "airbyte".
    pub name: &'static str,
    /// Who reads it, as a heading.
    pub title: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// The file name that the page offers.
    pub file_name: &'static str,
    /// The data centres that the reader knows.
    pub data_centers: Known,
    /// What the reader needs beyond client and accounts server.
    pub needs: &'static [Need],
    /// What a person should know before relying on it.
    pub remarks: &'static [Remark],
    document: Make,
}

/// The data centres that a reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Any: the credentials say where they are good.
    All,
    /// Those with these codes.
    Only(&'static [&'static str]),
}

/// The whole document, which carries whatever there is.
type Always = fn(&Credentials, &FormatOptions) -> Zeroizing<String>;

/// The whole document, made anew.
type Whole = fn(&Credentials, &FormatOptions) -> Result<Zeroizing<String>, Why>;

#[derive(Clone, Copy)]
enum Make {
    Always(Always),
    Whole(Whole),
}

/// Every format, in the order in which help and page show them.
pub static FORMATS: [Format; 13] = [
    Format {
        name: "adobe",
        title: "Adobe Experience Platform",
        purpose: "the six fields of its Zoho CRM source, in the order of its form",
        file_name: "zoho-adobe.txt",
        needs: &[Need::Endpoint, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REMARKS,
        document: Make::Whole(adobe::fields),
        ..PLAIN
    },
    Format {
        name: "adobe-json",
        title: "Adobe Experience Platform, by API",
        purpose: "the body of POST /data/foundation/flowservice/connections",
        file_name: "zoho-adobe.json",
        needs: &[Need::Endpoint, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REMARKS,
        document: Make::Whole(adobe::connection),
        ..PLAIN
    },
    Format {
        name: "adobe-rest",
        title: "Adobe's Generic REST API source",
        purpose: "the body of POST /data/foundation/flowservice/connections for that source",
        file_name: "zoho-adobe-rest.json",
        needs: &[Need::ApiDomain, Need::AccessToken, Need::RefreshToken],
        remarks: &adobe::REST_REMARKS,
        document: Make::Whole(adobe::rest),
        ..PLAIN
    },
    Format {
        name: "airbyte",
        title: "Airbyte",
        purpose: "the configuration of source-zoho-crm",
        file_name: "zoho-airbyte.json",
        data_centers: Known::Only(&["us", "au", "eu", "in", "cn", "jp"]),
        needs: &[Need::RefreshToken, Need::Environment, Need::Edition],
        document: Make::Whole(airbyte::document),
        ..PLAIN
    },
    Format {
        name: "singer",
        title: "Singer",
        purpose: "the configuration of tap-zoho-crm",
        file_name: "tap-zoho-crm.json",
        data_centers: Known::Only(&["us"]),
        needs: &[Need::RefreshToken, Need::StartDate, Need::UserAgent],
        document: Make::Whole(singer::document),
        ..PLAIN
    },
    Format {
        name: "zoho-sdk",
        title: "Zoho's own SDKs",
        purpose: "the token store of the SDKs for Python, Node, Java and PHP",
        file_name: "zoho-sdk-tokens.txt",
        document: Make::Whole(sdk::document),
        ..PLAIN
    },
    Format {
        name: "dotenv",
        title: "An .env file",
        purpose: "NAME=value lines for .env files, docker --env-file, systemd and CI secrets",
        file_name: "zoho.env",
        document: Make::Whole(dotenv::document),
        ..PLAIN
    },
    Format {
        name: "env",
        title: "sh, bash and zsh",
        purpose: "export lines to source or eval",
        file_name: "zoho.sh",
        document: Make::Whole(shell::sh),
        ..PLAIN
    },
    Format {
        name: "fish",
        title: "fish",
        purpose: "set -gx lines to source",
        file_name: "zoho.fish",
        document: Make::Whole(shell::fish),
        ..PLAIN
    },
    Format {
        name: "powershell",
        title: "PowerShell",
        purpose: "$Env: lines to dot-source or to pipe to Invoke-Expression",
        file_name: "zoho.ps1",
        document: Make::Whole(shell::powershell),
        ..PLAIN
    },
    Format {
        name: "windows-cmd",
        title: "Windows' cmd.exe",
        purpose: "set lines to call",
        file_name: "zoho.cmd",
        document: Make::Whole(shell::windows_cmd),
        ..PLAIN
    },
    Format {
        name: "json",
        title: "JSON",
        purpose: "one object for programs",
        file_name: "zoho-credentials.json",
        document: Make::Always(json::document),
        ..PLAIN
    },
    Format {
        name: "text",
        title: "People",
        purpose: "labelled lines to read and copy from",
        file_name: "zoho-credentials.txt",
        document: Make::Always(text::document),
        ..PLAIN
    },
];

/// What most entries have in common.
const PLAIN: Format = Format {
    name: "",
    title: "",
    purpose: "",
    file_name: "",
    data_centers: Known::All,
    needs: &[],
    remarks: &[],
    document: Make::Always(text::document),
};

impl Format {
    /// The format with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Whether our lines are put into an existing file, which else would be replaced.
    pub fn is_merged(&self) -> bool {
        self.name == "dotenv"
    }

    /// The whole document, ending in a newline.
    pub fn document(
        &self,
        credentials: &Credentials,
        extras: &FormatOptions,
    ) -> Result<Zeroizing<String>, FormatError> {
        let document = self.check_data_center(credentials.data_center);
        let document = document.and_then(|()| match self.document {
            Make::Always(always) => Ok(always(credentials, extras)),
            Make::Whole(whole) => whole(credentials, extras),
        });
        document.map_err(|why| self.unfit(why))
    }

    /// Why no login can end in this format, as far as that is known before: `told` says whether the CRM will be
    /// asked about the organisation.
    pub(super) fn hopeless(&self, extras: &FormatOptions, told: bool) -> Option<FormatError> {
        let mut needs = self.needs.iter();
        let missing = needs.find(|need| match need {
            Need::Environment => extras.environment.is_none() && !told,
            Need::Edition => extras.edition.is_none() && !told,
            Need::StartDate => extras.start_date.is_none(),
            Need::UserAgent => extras.user_agent.is_none(),
            Need::Endpoint | Need::AccessToken | Need::RefreshToken | Need::ApiDomain => false,
        });
        missing.map(|need| self.unfit(Why::Missing(*need)))
    }

    /// Whether the reader knows this data centre; one outside the table only when it knows any.
    pub fn check_data_center(&self, theirs: Option<&'static DataCenter>) -> Result<(), Why> {
        match self.data_centers {
            Known::Only(known) if !theirs.is_some_and(|center| known.contains(&center.code)) => {
                Err(Why::DataCenter { known, theirs })
            }
            _ => Ok(()),
        }
    }

    fn unfit(&self, why: Why) -> FormatError {
        FormatError {
            form: self.name,
            why,
        }
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}
