import Pocketcard
import PocketcardUI
import SwiftUI

/// What an operator says of their programme. The reference app's own is ``Brand/programme``.
public struct Brand: Sendable {
    /// What the programme is called, as its card's screen has it.
    public var name: String
    /// What the platform's statistics call the app. ASCII.
    public var app: String
    /// The programme's colour.
    public var accent: Color
    /// The tenant's address.
    public var platform: String
    /// SHA-256 digests of the public keys that the platform's chain must hold one of; none: any that the web trusts.
    public var pins: [String]
    /// Links into the app are `pocketcard://card`, for one.
    public var scheme: String
    /// Links of the web into the app are `https` ones of these hosts, which serve
    /// `/.well-known/apple-app-site-association`.
    public var hosts: [String]
    /// The page with the programme's terms, not on the hosts above, whose links open this app; nil: there is none.
    public var terms: URL?
    /// The country whose phone numbers can be typed as there; nil: all are typed with their country.
    public var country: PhoneCountry?
    /// Members come in with a password beside their number.
    public var hasPasswords: Bool
    /// Somebody new can become a member.
    public var takesNewMembers: Bool
    /// How many digits a one-time code has.
    public var codeDigits: Int

    /// Makes a brand; each parameter is the property of its name.
    public init(
        name: String, app: String, accent: Color, platform: String, pins: [String] = [], scheme: String,
        hosts: [String] = [], terms: URL? = nil, country: PhoneCountry? = nil, hasPasswords: Bool = false,
        takesNewMembers: Bool = true, codeDigits: Int = 6
    ) {
        self.name = name
        self.app = app
        self.accent = accent
        self.platform = platform
        self.pins = pins
        self.scheme = scheme
        self.hosts = hosts
        self.terms = terms
        self.country = country
        self.hasPasswords = hasPasswords
        self.takesNewMembers = takesNewMembers
        self.codeDigits = codeDigits
    }
}

extension Brand {
    /// What to open the core with: all that is the brand's, and what the app says of itself and of the phone.
    ///
    /// - Parameters:
    ///   - dataFolder: of no backup.
    ///   - appVersion: as the App Store has it.
    ///   - systemVersion: of iOS.
    ///   - language: of the app, which the platform's texts come in.
    ///   - timeZone: the phone's, as the IANA database names it.
    /// - Returns: what ``Pocketcard/Pocketcard/open(config:host:)`` takes.
    public func config(
        dataFolder: URL, appVersion: String, systemVersion: String,
        language: String = Locale.current.identifier(.bcp47),
        timeZone: String = TimeZone.current.identifier
    ) -> Config {
        Config(
            platformUrl: platform, dataFolder: dataFolder.path, appName: app, appVersion: appVersion,
            platformType: .ios, platformVersion: systemVersion, locale: language, timeZone: timeZone, pins: pins,
            linkScheme: scheme, linkHosts: hosts)
    }

    /// How members come in, for the screen.
    func signInOptions(canScan: Bool) -> SignInOptions {
        SignInOptions(
            codeDigits: codeDigits, hasPassword: hasPasswords, canRegister: takesNewMembers, hasTerms: terms != nil,
            canScan: canScan, country: country)
    }
}
