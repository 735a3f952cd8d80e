import Foundation
import SwiftUI

extension Brand {
    /// The programme of this app: the one file in which an operator brands it.
    ///
    /// The app's bundle identifier, its version, its icon, its scheme and its associated domains are said in the project.
    public static let programme = Brand(
        name: "Pocketcard",
        app: "Pocketcard",
        accent: Color(red: 0.25, green: 0.32, blue: 0.71),
        platform: "https://loyalty.example.com",
        pins: [],
        scheme: "pocketcard",
        hosts: ["loyalty.example.com"],
        terms: URL(string: "https://www.example.com/terms"),
        country: nil,
        hasPasswords: false,
        takesNewMembers: true,
        codeDigits: 6)
}
