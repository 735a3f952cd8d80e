import Foundation

/// JSON as a test reads it: what is not there is nil.
package enum JSON: Codable, Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Decimal)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    package init(_ data: Data) throws { self = data.isEmpty ? .null : try JSONDecoder().decode(JSON.self, from: data) }

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Decimal.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .flag(let flag): try value.encode(flag)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .object(let object): try value.encode(object)
        }
    }

    /// As it goes over the wire.
    package var written: String { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    package subscript(_ key: String) -> JSON? {
        if case .object(let object) = self, let value = object[key], value != .null { value } else { nil }
    }

    package var object: [String: JSON]? { if case .object(let object) = self { object } else { nil } }
    package var list: [JSON]? { if case .list(let list) = self { list } else { nil } }
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var number: Decimal? { if case .number(let number) = self { number } else { nil } }
    package var int: Int64? { number.map { NSDecimalNumber(decimal: $0).int64Value } }
}
