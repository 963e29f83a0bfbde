//! Tests a client in one data center with a person in another.

use super::{Zoho, inside};
use crate::program::{Ended, Program};
use serde_json::Value;
use zoho_stand_in::DataCenter;

/// Pairs with each data center once as the client's home and once as the person's. China is a separate cloud.
fn pairs() -> Vec<(DataCenter, DataCenter)> {
    let mut centers = DataCenter::EVERYWHERE.to_vec();
    centers.retain(|center| *center != DataCenter::Cn);
    let next = centers.iter().cycle().skip(1);
    centers.iter().copied().zip(next.copied()).collect()
}

fn assert_at(center: DataCenter, ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let credentials: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(credentials["data_center"], center.code());
    assert_eq!(credentials["accounts_url"], center.addresses().accounts_url);
    assert_eq!(credentials["api_domain"], center.addresses().api_domain);
}

/// The data centers that received token requests.
fn redeemed_at(zoho: &Zoho) -> Vec<DataCenter> {
    let requests = zoho.stand_in.requests().into_iter();
    let tokens = requests.filter(|request| request.path == "/oauth/v2/token");
    tokens.map(|request| request.data_center).collect()
}

#[tokio::test]
async fn a_login_ends_where_the_person_is() {
    if !inside(a_login_ends_where_the_person_is) {
        return;
    }
    for (home, person_at) in pairs() {
        let zoho = Zoho::between(home, person_at).await;
        assert_at(person_at, &zoho.login(&["--format", "json"]).await);
        assert_eq!(redeemed_at(&zoho), [person_at], "of {home:?}");
        zoho.cloud.end().await;
    }
}

#[tokio::test]
async fn a_device_goes_on_where_the_person_is() {
    if !inside(a_device_goes_on_where_the_person_is) {
        return;
    }
    for (home, person_at) in pairs() {
        let zoho = Zoho::between(home, person_at).await;
        let mut command = zoho.command(&["device", "--format", "json"]);
        let mut device = Program::spawn(&mut command);
        let address = device.line_with("/device").await;
        let code = device.line_with("Code: ").await;
        let code = code.trim().replace("Code: ", "");
        let address = format!("{}?user_code={code}", address.trim());
        zoho.cloud.person().consent(&address).await.unwrap();
        assert_at(person_at, &device.wait().await);
        zoho.cloud.end().await;
    }
}

#[tokio::test]
async fn a_self_client_is_of_one_data_center() {
    if !inside(a_self_client_is_of_one_data_center) {
        return;
    }
    for (elsewhere, center) in pairs() {
        let zoho = Zoho::between(center, center).await;
        let scopes = ["ZohoCRM.org.READ", "ZohoCRM.users.READ"];
        let exchange = async |dc: &str| {
            let code = zoho.stand_in.self_client_code(&scopes);
            let mut input = tempfile::NamedTempFile::new().unwrap();
            std::io::Write::write_all(&mut input, code.as_bytes()).unwrap();
            let input = std::fs::File::open(input.path()).unwrap();
            let mut command = zoho.command(&["exchange", "--format", "json", "--dc", dc]);
            let output = std::process::Stdio::piped();
            let program = Program::spawn_between(&mut command, input.into(), output);
            program.wait().await
        };
        assert_at(center, &exchange(center.code()).await);
        let wrong = exchange(elsewhere.code()).await;
        assert_eq!(wrong.code, Some(5), "{}", wrong.stderr);
        assert!(
            wrong.stderr.contains("another data center"),
            "{}",
            wrong.stderr
        );
        zoho.cloud.end().await;
    }
}

#[tokio::test]
async fn china_knows_no_client_of_elsewhere() {
    if !inside(china_knows_no_client_of_elsewhere) {
        return;
    }
    let zoho = Zoho::between(DataCenter::Us, DataCenter::Us).await;
    let ended = zoho.run(&["device", "--dc", "cn"]).await;
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.stderr.contains("invalid_client"), "{}", ended.stderr);
    let at = zoho
        .stand_in
        .requests()
        .into_iter()
        .map(|request| request.data_center);
    assert!(at.into_iter().all(|at| at == DataCenter::Cn));
}
