//! Whom the client trusts: Mozilla's roots, and optionally only chains with a pinned key.
//!
//! The crypto provider and the roots are given explicitly. What `reqwest` would choose by itself, the platform's verifier,
//! needs JNI set up on Android and panics without.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use crate::error::{Error, Result};

/// SHA-256 of a certificate's `SubjectPublicKeyInfo` (RFC 7469).
pub(super) type Pin = [u8; 32];

/// The pins of a configuration: base64 of a SHA-256 each, with or without `sha256/` before it.
///
/// # Errors
/// [`Error::Config`] for `pins` that are anything else.
pub(crate) fn validate_pins(pins: &[String]) -> Result<BTreeSet<Pin>> {
    let pin = |text: &String| -> Option<Pin> {
        let text = text.trim();
        STANDARD.decode(text.strip_prefix("sha256/").unwrap_or(text)).ok()?.try_into().ok()
    };
    pins.iter().map(pin).collect::<Option<_>>().ok_or_else(|| Error::Config {
        field: "pins",
        problem: "each must be `sha256/` and the base64 of the SHA-256 of a public key (SPKI)".into(),
    })
}

/// The TLS configuration for the platform. With no `pins`, any chain to one of the roots will do.
pub(super) fn config(pins: BTreeSet<Pin>) -> Result<ClientConfig> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    config_with_roots(roots, pins).map_err(|error| Error::Bug(format!("TLS set-up: {error}")))
}

/// As [`config`], for other roots.
pub(super) fn config_with_roots(
    roots: RootCertStore,
    pins: BTreeSet<Pin>,
) -> std::result::Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let mut config = if pins.is_empty() {
        builder.with_root_certificates(roots).with_no_client_auth()
    } else {
        let verifier = PinnedVerifier::new(Arc::new(roots), provider, pins)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The usual checks, and then: the chain that leads to a root must hold a pinned key.
///
/// It is the chain as verified that counts, not the certificates as sent: a server can send any certificate along, so
/// whoever has some certificate of the public authorities could send the pinned one beside it.
#[derive(Debug)]
struct PinnedVerifier {
    usual: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    pins: BTreeSet<Pin>,
}

impl PinnedVerifier {
    fn new(
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
        pins: BTreeSet<Pin>,
    ) -> std::result::Result<Self, rustls::Error> {
        let usual = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(Self { usual, roots, provider, pins })
    }

    fn pinned(&self, spki: &[u8]) -> bool {
        let hash = ring::digest::digest(&ring::digest::SHA256, spki);
        self.pins.iter().any(|pin| pin.as_slice() == hash.as_ref())
    }

    fn path_pinned(&self, path: &VerifiedPath<'_>) -> std::result::Result<(), webpki::Error> {
        let found = self.pinned(&path.end_entity().subject_public_key_info())
            || path.intermediate_certificates().any(|cert| self.pinned(&cert.subject_public_key_info()))
            || self.pinned(&sequence(&path.anchor().subject_public_key_info));
        if found { Ok(()) } else { Err(webpki::Error::UnknownIssuer) }
    }
}

/// A root's key is kept without the `SEQUENCE` around it, which is part of what a pin hashes.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|&byte| byte == 0).collect();
    let mut der = vec![0x30];
    if content.len() >= 0x80 {
        der.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
    }
    der.extend(if content.is_empty() { vec![0] } else { length });
    der.extend(content);
    der
}

impl ServerCertVerifier for PinnedVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let verified = self.usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        EndEntityCert::try_from(end_entity)
            .and_then(|cert| {
                cert.verify_for_usage(
                    self.provider.signature_verification_algorithms.all,
                    &self.roots.roots,
                    intermediates,
                    now,
                    KeyUsage::server_auth(),
                    None,
                    Some(&|path: &VerifiedPath<'_>| self.path_pinned(path)),
                )
                .map(|_| verified)
            })
            .map_err(|_| CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PublicKeyData};

    /// A root, an authority under it and a server under that, as a public chain has them.
    struct Chain {
        root: CertificateDer<'static>,
        authority: CertificateDer<'static>,
        server: CertificateDer<'static>,
        keys: [Vec<u8>; 3],
    }

    fn params(name: &str, ca: bool) -> CertificateParams {
        let mut params = CertificateParams::new(if ca { vec![] } else { vec!["shop.test".to_owned()] }).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        if ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params
    }

    fn chain() -> Chain {
        let keys = [(); 3].map(|()| KeyPair::generate().unwrap());
        let spkis = [0, 1, 2].map(|n: usize| keys[n].subject_public_key_info());
        let [root_key, authority_key, server_key] = keys;
        let root = params("root", true).self_signed(&root_key).unwrap().der().clone();
        let root_issuer = Issuer::new(params("root", true), root_key);
        let authority = params("authority", true).signed_by(&authority_key, &root_issuer).unwrap().der().clone();
        let authority_issuer = Issuer::new(params("authority", true), authority_key);
        let server = params("server", false).signed_by(&server_key, &authority_issuer).unwrap().der().clone();
        Chain { root, authority, server, keys: spkis }
    }

    fn pin(spki: &[u8]) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, spki);
        format!("sha256/{}", STANDARD.encode(hash))
    }

    fn verify(
        chain: &Chain,
        pins: &[String],
        host: &str,
        also_sent: &[CertificateDer<'static>],
    ) -> std::result::Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(chain.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = PinnedVerifier::new(Arc::new(roots), provider, validate_pins(pins).unwrap())?;
        let sent: Vec<_> = std::iter::once(chain.authority.clone()).chain(also_sent.iter().cloned()).collect();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_750_000_000));
        verifier.verify_server_cert(&chain.server, &sent, &name, &[], now).map(|_| ())
    }

    #[test]
    fn a_chain_with_a_pinned_key_passes_wherever_the_key_is() {
        let chain = chain();
        for spki in &chain.keys {
            verify(&chain, &[pin(spki)], "shop.test", &[]).unwrap();
            verify(&chain, &[pin(&[1]), pin(spki)], "shop.test", &[]).unwrap();
        }
    }

    #[test]
    fn other_chains_are_refused() {
        let (ours, theirs) = (chain(), chain());
        let refused = Err(rustls::Error::from(CertificateError::ApplicationVerificationFailure));
        assert_eq!(verify(&ours, &[pin(&theirs.keys[2])], "shop.test", &[]), refused);
        // The pinned certificates sent along, but not part of what leads to the root.
        let sent = [theirs.server.clone(), theirs.authority.clone(), theirs.root.clone()];
        assert_eq!(verify(&ours, &theirs.keys.each_ref().map(|key| pin(key)), "shop.test", &sent), refused);
    }

    #[test]
    fn a_pin_replaces_none_of_the_usual_checks() {
        let (ours, theirs) = (chain(), chain());
        let pins = ours.keys.each_ref().map(|key| pin(key));
        assert!(verify(&ours, &pins, "other.test", &[]).is_err());
        let unknown = Chain { root: theirs.root, ..chain() };
        assert!(verify(&unknown, &pins, "shop.test", &[]).is_err());
    }

    #[test]
    fn both_kinds_of_configuration_can_be_made() {
        let pins = validate_pins(&[pin(&[1])]).unwrap();
        for pins in [BTreeSet::new(), pins] {
            assert_eq!(config(pins).unwrap().alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
        }
    }

    #[test]
    fn pins_are_checked_at_once() {
        assert_eq!(validate_pins(&[pin(&[1]), pin(&[1]).replace("sha256/", "")]).unwrap().len(), 1);
        for wrong in ["", "sha256/", "sha1/AAAA", "sha256/AAAA", "not base64"] {
            assert!(matches!(validate_pins(&[wrong.into()]), Err(Error::Config { field: "pins", .. })), "{wrong}");
        }
    }

    #[test]
    fn a_sequence_is_wrapped_as_der_has_it() {
        assert_eq!(sequence(&[5]), [0x30, 1, 5]);
        assert_eq!(sequence(&[]), [0x30, 0]);
        assert_eq!(sequence(&[0; 200])[..4], [0x30, 0x81, 200, 0]);
        assert_eq!(sequence(&[0; 300])[..5], [0x30, 0x82, 1, 44, 0]);
    }
}
