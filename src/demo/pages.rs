//! The stand-in's own pages: consent, and the errors that Zoho shows itself and never redirects.

/// One requested scope.
pub struct ScopeLine {
    /// As requested: "ZohoCRM.modules.READ".
    pub scope: String,
    /// In plain words, when known.
    pub meaning: Option<&'static str>,
}

/// The consent page of the rehearsal.
pub struct ConsentView {
    /// The client's name in the console.
    pub client_name: String,
    /// Who is signed in at the stand-in.
    pub person: String,
    /// Their organisation.
    pub organization: String,
    /// "Europe": the data centre that this page belongs to.
    pub data_center: String,
    /// What the client asks for.
    pub scopes: Vec<ScopeLine>,
    /// Where the form posts to (same origin path).
    pub action: String,
    /// One-time value that names this pending consent, posted as `ticket`; the buttons post `decision=accept` and `decision=refuse`.
    pub ticket: String,
}

/// A page like the one on which Zoho says "Invalid Client" and never redirects.
pub struct ErrorView {
    /// Zoho's words: "Invalid Client".
    pub title: String,
    /// What it means here, one sentence.
    pub meaning: String,
    /// How to mend it, one sentence.
    pub remedy: String,
}
