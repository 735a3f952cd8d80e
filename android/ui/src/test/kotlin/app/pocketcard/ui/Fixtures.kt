package app.pocketcard.ui

import app.pocketcard.Account
import app.pocketcard.Applies
import app.pocketcard.BalanceView
import app.pocketcard.Benefit
import app.pocketcard.CardCode
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Currency
import app.pocketcard.DatedAmount
import app.pocketcard.ExpectedPoints
import app.pocketcard.Freshness
import app.pocketcard.Game
import app.pocketcard.GameKind
import app.pocketcard.Member
import app.pocketcard.NextStep
import app.pocketcard.OfferId
import app.pocketcard.OfferKind
import app.pocketcard.OfferState
import app.pocketcard.OfferView
import app.pocketcard.OffersView
import app.pocketcard.OpenState
import app.pocketcard.Participation
import app.pocketcard.Position
import app.pocketcard.Reward
import app.pocketcard.RotatingHindrance
import app.pocketcard.SessionView
import app.pocketcard.StaleReason
import app.pocketcard.StoreAddress
import app.pocketcard.StoreAttribute
import app.pocketcard.StoreRow
import app.pocketcard.StoresView
import app.pocketcard.StreakDot
import app.pocketcard.Symbol
import app.pocketcard.Symbology
import app.pocketcard.TaskKind
import app.pocketcard.TaskOption
import app.pocketcard.TaskQuestionKind
import app.pocketcard.TaskQuestionView
import app.pocketcard.TaskSetView
import app.pocketcard.TaskState
import app.pocketcard.TaskView
import app.pocketcard.TasksView
import app.pocketcard.Tier
import app.pocketcard.TierLadder
import com.google.zxing.BarcodeFormat
import com.google.zxing.EncodeHintType
import com.google.zxing.MultiFormatWriter
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant

// Views as the core gives them, at a fixed instant.

val LIVE = Freshness.Live(NOW)

fun stale(reason: StaleReason = StaleReason.OFFLINE) = Freshness.Cached(NOW - Duration.ofHours(1), reason)

fun unknown(reason: StaleReason = StaleReason.NOT_ASKED) = Freshness.Unknown(reason)

val ANNA = Member(4711, "Anna", "Berg", "+49 *** **01", "anna@example.com")

val SIGNED_IN = SessionView.SignedIn(ANNA, null)

val SIGNED_OUT = SessionView.SignedOut(null)

val SIGN_IN_AGAIN = SessionView.SignInAgain(ANNA, null)

val POINTS = Currency(1, "Points", "POINTS", "point", "points", "points", "pts")

const val NUMBER = "2987654321098765"

const val GROUPED = "2987 6543 2109 8765"

/** A symbol that somebody else's encoder made, bit by bit as the core gives it. */
fun symbol(text: String, symbology: Symbology = Symbology.QR): Symbol {
    val format = when (symbology) {
        Symbology.QR -> BarcodeFormat.QR_CODE
        Symbology.AZTEC -> BarcodeFormat.AZTEC
        Symbology.PDF417 -> BarcodeFormat.PDF_417
        Symbology.CODE128 -> BarcodeFormat.CODE_128
        Symbology.EAN13 -> BarcodeFormat.EAN_13
    }
    val isLinear = symbology == Symbology.CODE128 || symbology == Symbology.EAN13
    val matrix = MultiFormatWriter().encode(text, format, 0, if (isLinear) 1 else 0, mapOf(EncodeHintType.MARGIN to 0))
    val (left, top, width, height) = matrix.enclosingRectangle
    val bytesPerRow = (width + 7) / 8
    val bits = ByteArray(bytesPerRow * height)
    for (y in 0 until height) {
        for (x in 0 until width) {
            if (!matrix[left + x, top + y]) continue
            val at = y * bytesPerRow + x / 8
            bits[at] = (bits[at].toInt() or (0x80 shr x % 8)).toByte()
        }
    }
    val quiet = if (isLinear) {
        10u
    } else if (symbology == Symbology.QR) {
        4u
    } else {
        2u
    }
    return Symbol(symbology, width.toUInt(), height.toUInt(), bits, quiet, if (isLinear) 50u else 1u)
}

fun code(
    kind: CodeKind = CodeKind.Rotating(Duration.ofSeconds(30)),
    until: Instant? = NOW + Duration.ofSeconds(12),
    why: RotatingHindrance? = null,
    symbol: Symbol? = symbol("PC1:4711:204813"),
) = CardCode(kind, "PC1:4711:204813", symbol, null, until, why)

fun ready(code: CardCode = code(), freshness: Freshness = LIVE) =
    CardView.Ready(code, NUMBER, GROUPED, "Family card", freshness)

fun CardView.freshness() = when (this) {
    is CardView.Ready -> freshness
    is CardView.Unusable -> freshness
    is CardView.NoCard -> freshness
}

fun account(
    available: String = "1250",
    currency: Currency = POINTS,
    pending: String = "0",
    blocked: Boolean = false,
    activations: List<DatedAmount> = emptyList(),
    expirations: List<DatedAmount> = emptyList(),
) = Account(currency, BigDecimal(available), BigDecimal(pending), blocked, activations, expirations, emptyList())

val SILVER = Tier("Silver", BigDecimal(500), "Free delivery, and a coffee on your birthday.")

val GOLD = Tier("Gold", BigDecimal(2000), "Double points at weekends.")

val LADDER =
    TierLadder("Status", "status", listOf(SILVER, GOLD), SILVER, BigDecimal(1250), GOLD.threshold)

val BALANCE = BalanceView(listOf(account()), listOf(LADDER), emptyList(), LIVE, LIVE)

val NO_BALANCE = BalanceView(emptyList(), emptyList(), emptyList(), unknown(), unknown())

/** In the zone that stores and members have here. */
const val BERLIN = "Europe/Berlin"

fun gives(percent: String? = null, points: String? = null, times: String? = null) =
    Benefit(percent?.let(::BigDecimal), points?.let(::BigDecimal), times?.let(::BigDecimal))

fun offer(
    id: Long,
    title: String,
    gives: Benefit = gives(),
    kind: OfferKind = OfferKind.COMMON,
    summary: String? = null,
    image: String? = null,
    until: Instant? = null,
    usesLeft: UInt? = null,
    state: OfferState = OfferState.Active,
    applies: Applies = Applies.NotAsked,
): OfferView {
    val which = if (kind == OfferKind.COUPON) OfferId.Coupon(id) else OfferId.Offer(id)
    return OfferView(which, kind, title, gives, summary, image, until, usesLeft, state, applies)
}

fun offers(vararg offers: OfferView) = OffersView(offers.toList(), BERLIN, null, LIVE, LIVE)

fun reward(points: String? = null, offer: String? = null, badge: String? = null) =
    Reward(points?.let { ExpectedPoints("POINTS", BigDecimal(it)) }, offer, badge)

fun task(
    id: String,
    title: String,
    kind: TaskKind = TaskKind.Count,
    target: String = "1",
    confirmed: String = "0",
    waiting: String = "0",
    completions: UInt = 0u,
    state: TaskState = TaskState.Open,
    participation: Participation = Participation.AUTOMATIC,
    refused: String? = null,
    next: NextStep = NextStep.Nothing,
    ends: Instant? = null,
    reward: Reward? = null,
    streak: List<StreakDot> = emptyList(),
    questions: List<TaskQuestionView> = emptyList(),
    image: String? = null,
) = TaskView(
    id,
    title,
    "What is to be done for it.",
    image,
    kind,
    BigDecimal(target),
    BigDecimal(confirmed),
    BigDecimal(waiting),
    completions,
    state,
    participation,
    refused,
    next,
    ends,
    reward,
    streak,
    questions,
)

fun question(
    id: Long,
    title: String,
    kind: TaskQuestionKind,
    value: String? = null,
    answered: Boolean = false,
    options: List<String> = emptyList(),
) = TaskQuestionView(
    id,
    title,
    kind,
    options.mapIndexed { at, name -> TaskOption(at + 1L, name) },
    value,
    answered,
)

fun taskSet(id: String, title: String, all: Int, done: UInt, waiting: UInt = 0u) =
    TaskSetView(id, title, (1..all).map { "t$it" }, done, waiting, reward("500"), done == all.toUInt())

val WHEEL = Game(
    "wheel",
    "Wheel of autumn",
    GameKind.Wheel,
    listOf("10 points", "50 points", "Nothing", "A free coffee to go", "20 points", "Nothing", "100 points"),
    2u,
    NOW + Duration.ofDays(3),
)

val SCRATCH = Game("scratch", "Scratch and win", GameKind.Scratch, emptyList(), 1u, null)

val NO_TASKS =
    TasksView(emptyList(), emptyList(), emptyList(), emptyList(), null, emptyList(), emptyList(), LIVE)

fun store(
    id: Long,
    title: String,
    open: OpenState,
    distance: Double? = null,
    attributes: List<StoreAttribute> = emptyList(),
    isFavourite: Boolean = false,
    zone: String = BERLIN,
    address: StoreAddress = StoreAddress("Berlin", "Marktplatz", "1", "2", null, null),
) = StoreRow(id, title, Position(52.5, 13.4), distance, open, zone, address, attributes, isFavourite)

fun stores(vararg stores: StoreRow) = StoresView(stores.toList(), false, null, Position(52.5, 13.4), emptyList(), LIVE)
