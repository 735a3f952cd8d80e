// swift-tools-version: 6.0
import PackageDescription

// The core: a framework on Apple's platforms; on Linux, where the tests run, the library that cargo built for this machine.
// `cargo bindgen` writes the bindings; `cargo ios` does so, and builds and tests all of this.
#if os(Linux)
    let built = Context.environment["POCKETCARD_LIBRARY"] ?? "\(Context.packageDirectory)/../target/debug"
    let library: Target = .systemLibrary(name: "PocketcardFFI", path: "Generated/PocketcardFFI")
    // libswiftObservation.so of Swift 6.0 and 6.1 lacks a symbol (swiftlang/swift#75670).
    let link: [LinkerSetting] = [
        .unsafeFlags(["-L\(built)", "-Xlinker", "-rpath", "-Xlinker", built, "-Xlinker", "--allow-shlib-undefined"])
    ]
#else
    // Whoever publishes the framework names it here, as `swift package compute-checksum` has it; else it is what
    // `cargo libraries xcframework` made.
    let published: (url: String, checksum: String)? = nil
    let library: Target =
        published.map { .binaryTarget(name: "PocketcardFFI", url: $0.url, checksum: $0.checksum) }
        ?? .binaryTarget(name: "PocketcardFFI", path: "Generated/PocketcardFFI.xcframework")
    let link: [LinkerSetting] = []
#endif

// What is of Linux alone: stand-ins for what is used of SwiftUI and others, which elsewhere are Apple's, and the tests, which
// begin processes of their own.
#if os(Linux)
    let swiftUI: [Target.Dependency] = ["SwiftUI"]
    let apple: [Target.Dependency] = ["AdServices", "BackgroundTasks", "CoreLocation", "UIKit", "UserNotifications"]
    let tested: [Target.Dependency] = ["Pocketcard", "PocketcardApple", "PocketcardTesting", "Misfortune"]
    let ofLinux: [Target] = [
        .target(name: "SwiftUI", path: "Linux/SwiftUI"),
        .target(name: "AdServices", path: "Linux/AdServices"),
        .target(name: "BackgroundTasks", path: "Linux/BackgroundTasks"),
        .target(name: "CoreLocation", path: "Linux/CoreLocation"),
        .target(name: "UIKit", path: "Linux/UIKit"),
        .target(name: "UserNotifications", path: "Linux/UserNotifications"),
        .target(name: "ScreenOutline", dependencies: ["SwiftUI"], path: "Linux/ScreenOutline"),
        .target(name: "PocketcardTesting", dependencies: ["Pocketcard"], path: "Tests/Support"),
        .testTarget(name: "PocketcardTests", dependencies: tested + apple),
        .executableTarget(name: "Misfortune", dependencies: ["Pocketcard"], path: "Tests/Misfortune"),
        .testTarget(
            name: "PocketcardUITests", dependencies: ["PocketcardUI", "ScreenOutline"],
            exclude: ["Screens", "Symbols"]),
        .testTarget(
            name: "PocketcardAppTests", dependencies: ["PocketcardApp", "PocketcardTesting", "ScreenOutline"]),
    ]
#else
    let swiftUI: [Target.Dependency] = []
    let apple: [Target.Dependency] = []
    let ofLinux: [Target] = []
#endif

// Each of these has its type: the compiler does not get to the end of one long expression.
let ofUI: [Target.Dependency] = ["Pocketcard"] + swiftUI
let ofApple: [Target.Dependency] = ["Pocketcard"] + apple
let ofApp: [Target.Dependency] = ["PocketcardUI"] + swiftUI
let everywhere: [Target] = [
    library,
    // As generated: not ready for Swift 6's mode.
    .target(
        name: "PocketcardBindings", dependencies: ["PocketcardFFI"], path: "Generated/PocketcardBindings",
        swiftSettings: [.swiftLanguageMode(.v5)], linkerSettings: link),
    .target(name: "Pocketcard", dependencies: ["PocketcardBindings"]),
    .target(name: "PocketcardUI", dependencies: ofUI, resources: [.process("Localizable.xcstrings")]),
    .target(name: "PocketcardApple", dependencies: ofApple),
    .target(
        name: "PocketcardApp", dependencies: ofApp, path: "App/Sources/PocketcardApp",
        resources: [.process("Localizable.xcstrings")]),
]

let package = Package(
    name: "Pocketcard",
    defaultLocalization: "en",
    platforms: [.iOS(.v17)],
    products: [
        .library(name: "Pocketcard", targets: ["Pocketcard"]),
        .library(name: "PocketcardUI", targets: ["PocketcardUI"]),
        .library(name: "PocketcardApple", targets: ["PocketcardApple"]),
        .library(name: "PocketcardApp", targets: ["PocketcardApp"]),
    ],
    targets: everywhere + ofLinux
)
