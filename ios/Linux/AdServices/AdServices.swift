// A stand-in for the part of AdServices that PocketcardApple uses, for Linux alone; never shipped.
import Foundation

open class AAAttribution: NSObject {
    open class func attributionToken() throws -> String { "a token of Apple's" }
}
