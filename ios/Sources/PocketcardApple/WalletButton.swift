#if canImport(PassKit) && canImport(SwiftUI) && os(iOS)
    import PassKit
    import SwiftUI
    import UIKit

    /// Apple's own button that puts the card into Wallet, as Apple asks for: its looks, its words.
    ///
    /// The pass is signed by the programme, so the app brings its bytes. Where they are no pass, or this phone takes none,
    /// there is no button.
    public struct WalletButton: View {
        private let pass: PKPass?
        @State private var isAdding = false

        /// - Parameter pass: The bytes of a `.pkpass`.
        public init(pass: Data) {
            let read = try? PKPass(data: pass)
            self.pass = PKAddPassesViewController.canAddPasses() ? read : nil
        }

        /// Drawn by Apple.
        public var body: some View {
            if let pass {
                AddPassButton { isAdding = true }
                    .frame(minHeight: 44)
                    .sheet(isPresented: $isAdding) { AddPass(pass: pass) }
            }
        }
    }

    private struct AddPassButton: UIViewRepresentable {
        let tapped: @MainActor () -> Void

        func makeUIView(context: Context) -> PKAddPassButton {
            let button = PKAddPassButton(addPassButtonStyle: .black)
            button.addAction(UIAction { _ in tapped() }, for: .touchUpInside)
            return button
        }

        func updateUIView(_ button: PKAddPassButton, context: Context) {}
    }

    private struct AddPass: UIViewControllerRepresentable {
        let pass: PKPass

        func makeUIViewController(context: Context) -> UIViewController {
            // Nil only where passes cannot be added, where there is no button.
            PKAddPassesViewController(pass: pass) ?? UIViewController()
        }

        func updateUIViewController(_ controller: UIViewController, context: Context) {}
    }
#endif
