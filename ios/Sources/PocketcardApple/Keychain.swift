#if canImport(Security)
    import Foundation
    import Pocketcard
    import Security

    /// Secrets in the Keychain: readable once the phone was unlocked after its start, and on no other phone.
    ///
    /// They outlive the app: who installs it again is the same installation. What extensions are to read needs an access
    /// group that all of them have in their entitlements.
    public final class Keychain: SecretStore {
        private let service: String
        private let accessGroup: String?

        /// - Parameters:
        ///   - service: Tells these secrets from others of the app.
        ///   - accessGroup: The group of the entitlement `keychain-access-groups`, with its prefix; nil: the app's own.
        public init(service: String = "app.pocketcard", accessGroup: String? = nil) {
            self.service = service
            self.accessGroup = accessGroup
        }

        /// The secret, nil where there is none.
        public func get(key: String) throws -> Data? {
            var query = item(key)
            query[kSecReturnData] = true
            query[kSecMatchLimit] = kSecMatchLimitOne
            var found: CFTypeRef?
            switch SecItemCopyMatching(query as CFDictionary, &found) {
            case errSecSuccess: return found as? Data
            case errSecItemNotFound: return nil
            case let status: throw Self.error(status)
            }
        }

        /// Keeps a secret in place of what was there.
        public func put(key: String, value: Data) throws {
            let change: [CFString: Any] = [
                kSecValueData: value, kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
            ]
            var status = SecItemUpdate(item(key) as CFDictionary, change as CFDictionary)
            if status == errSecItemNotFound {
                status = SecItemAdd(item(key).merging(change) { $1 } as CFDictionary, nil)
            }
            // An extension was quicker.
            if status == errSecDuplicateItem {
                status = SecItemUpdate(item(key) as CFDictionary, change as CFDictionary)
            }
            guard status == errSecSuccess else { throw Self.error(status) }
        }

        /// Lets go of a secret, where there is one.
        public func remove(key: String) throws {
            let status = SecItemDelete(item(key) as CFDictionary)
            guard status == errSecSuccess || status == errSecItemNotFound else { throw Self.error(status) }
        }

        private func item(_ key: String) -> [CFString: Any] {
            var item: [CFString: Any] = [
                kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: key,
                kSecUseDataProtectionKeychain: true,
            ]
            if let accessGroup { item[kSecAttrAccessGroup] = accessGroup }
            return item
        }

        private static func error(_ status: OSStatus) -> SecretStoreError {
            status == errSecInteractionNotAllowed ? .Locked : .Failed(problem: "the keychain says \(status)")
        }
    }
#endif
