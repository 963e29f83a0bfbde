//! The session in which secrets travel encrypted, so that neither the bus nor a buffer that nobody wipes holds them
//! (Secret Service API, "Transfer of Secrets").

use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{U1024, const_monty_params};
use ring::hkdf;
use zeroize::{Zeroize, Zeroizing};

/// The one of the two that encrypts.
pub(super) const ALGORITHM: &str = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

/// Of a block, and of the key; bytes.
const BLOCK: usize = 16;

/// Of a public number; bytes.
const NUMBER: usize = 128;

const_monty_params!(
    Group,
    U1024,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
     020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
     4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
     EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    "The second Oakley group (RFC 2409 section 6.2); its generator is 2."
);

type Element = ConstMontyForm<Group, { U1024::LIMBS }>;

/// This side's half of the key agreement.
pub(super) struct Half(U1024);

impl Half {
    /// A number that nobody knows.
    pub(super) fn new() -> Self {
        let mut bytes = Zeroizing::new([0; NUMBER]);
        rand::fill(&mut *bytes);
        Self(U1024::from_be_slice(&*bytes))
    }

    /// What the other side may know.
    pub(super) fn public(&self) -> [u8; NUMBER] {
        let two = Element::new(&U1024::from_u8(2));
        two.pow(&self.0).retrieve().to_be_bytes().into()
    }

    /// The common key; nothing if the other side's half is longer than it can be. KWallet puts a zero before a number
    /// whose highest bit is set.
    pub(super) fn agree(self, theirs: &[u8]) -> Option<Key> {
        let zeros = theirs.iter().take_while(|&&byte| byte == 0).count();
        let theirs = &theirs[zeros..];
        let mut padded = [0; NUMBER];
        let start = NUMBER.checked_sub(theirs.len())?;
        padded[start..].copy_from_slice(theirs);
        let theirs = Element::new(&U1024::from_be_slice(&padded));
        let mut common = theirs.pow(&self.0).retrieve();
        let common_bytes: Zeroizing<[u8; NUMBER]> = Zeroizing::new(common.to_be_bytes().into());
        common.zeroize();
        let mut key = Zeroizing::new([0; BLOCK]);
        // RFC 5869 section 2.2: without a salt, as many zeros as a hash has, which a shorter one is filled with.
        hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
            .extract(&*common_bytes)
            .expand(&[], Length)
            .and_then(|output| output.fill(&mut *key))
            .ok()?;
        Some(Key(key))
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Of the key.
struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        BLOCK
    }
}

/// The key of a session.
pub(super) struct Key(Zeroizing<[u8; BLOCK]>);

impl Key {
    /// Another initialization vector each time, and the secret encrypted with it.
    pub(super) fn encrypt(&self, secret: &[u8]) -> ([u8; BLOCK], Vec<u8>) {
        let mut vector = [0; BLOCK];
        rand::fill(&mut vector);
        let cipher = cbc::Encryptor::<Aes128>::new((&*self.0).into(), (&vector).into());
        let mut encrypted = vec![0; secret.len() + BLOCK];
        let length = cipher
            .encrypt_padded_b2b::<Pkcs7>(secret, &mut encrypted)
            .expect("a block more is room for the padding")
            .len();
        encrypted.truncate(length);
        (vector, encrypted)
    }

    /// The secret; nothing if it was not encrypted with this key.
    pub(super) fn decrypt(&self, vector: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&*self.0, vector).ok()?;
        let mut secret = Zeroizing::new(encrypted.to_vec());
        let length = cipher.decrypt_padded::<Pkcs7>(&mut secret).ok()?.len();
        secret.truncate(length);
        Some(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_and_a_third_does_not() {
        let (ours, theirs, third) = (Half::new(), Half::new(), Half::new());
        let public = ours.public();
        let [key, other] = [ours.agree(&theirs.public()), third.agree(&public)].map(Option::unwrap);
        let same = theirs.agree(&public).unwrap();
        let (vector, encrypted) = key.encrypt(&[1; 100]);
        assert_eq!(
            same.decrypt(&vector, &encrypted).unwrap().as_slice(),
            [1; 100]
        );
        let read = other.decrypt(&vector, &encrypted);
        assert!(read.is_none_or(|read| read.as_slice() != [1; 100]));
        assert!(key.decrypt(&vector[1..], &encrypted).is_none());
        assert!(key.decrypt(&vector, &encrypted[1..]).is_none());
        assert!(key.decrypt(&vector, &[]).is_none());
    }

    #[test]
    fn a_half_may_come_with_more_zeros_before_it_or_fewer() {
        // 2 to the power of 2 takes one byte.
        for public in [&[4][..], &[&[0; 128][..], &[4]].concat()] {
            let (ours, theirs) = (Half::new(), Half(U1024::from_u8(2)));
            let (vector, encrypted) = theirs.agree(&ours.public()).unwrap().encrypt(b"1000.a");
            let read = ours.agree(public).unwrap().decrypt(&vector, &encrypted);
            assert_eq!(read.unwrap().as_slice(), b"1000.a");
        }
        assert!(Half::new().agree(&[1; 129]).is_none());
    }
}
