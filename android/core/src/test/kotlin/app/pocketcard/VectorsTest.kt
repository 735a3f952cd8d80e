package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.flow.first
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.put
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.TestInstance
import java.io.File
import java.math.BigDecimal
import java.nio.file.Files
import java.time.Duration
import java.time.Instant
import java.time.OffsetDateTime
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/**
 * The vectors that Rust, Kotlin and Swift share, as far as the boundary shows what they are about: what a push leads to, when
 * a store is open, where an offer applies. A platform and a phone whose clocks the test sets stand around the core.
 *
 * Not run here, since nothing that an app may call shows them: codes from a key of one's choice (a key comes from the platform
 * alone and never leaves the core), the till's verifier, and how facts count for a task (the platform's rule and the core's are
 * one, and what an app sees of it is run by the journeys).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorsTest {
    private val sandbox = Sandbox(stores = 3)

    @AfterAll
    fun end() = sandbox.close()

    private fun vectors(name: String) = Json
        .parseToJsonElement(
            File(System.getProperty("pocketcard.root"), "tests/vectors/$name.json").readText(),
        ).jsonObject

    /** It is [instant] on the platform and on the phone, and stays so until it is set again. */
    private fun Frozen.set(instant: Instant) {
        sandbox.ask("PUT", "/sandbox/clock", """{"set": "$instant", "frozen": true}""")
        now = instant
    }

    @Test
    fun pushes() = phoneTest {
        val vectors = vectors("pushes")
        val clock = Frozen(Instant.parse(vectors.text("since")))
        clock.set(clock.now)
        val phone = Phone(sandbox.url, clock)
        sandbox.member("+491713920060")
        phone.open().use { it.signIn(sandbox, "+491713920060") }
        sandbox.cutOff()
        clock.set(Instant.parse(vectors.text("now")))
        val cases = vectors.getValue("cases").jsonArray.map(JsonElement::jsonObject)
        for (case in cases) {
            // Each begins on a phone to which nothing came yet.
            val copy = Files.createTempDirectory("pocketcard-vector").toFile()
            phone.folder.toFile().copyRecursively(copy, overwrite = true)
            val config = phone.config.copy(dataFolder = copy.resolve("pocketcard").path)
            Pocketcard.open(config, phone.host).use { app ->
                case.getValue("steps").jsonArray.forEachIndexed { number, step ->
                    val outcome = app.receivePush(push(step.jsonObject))
                    assertEquals(
                        expected(step.jsonObject.getValue("outcome")),
                        outcome,
                        "${case.text("name")}, step $number",
                    )
                }
                (case["shows"] as? JsonObject)?.let { app.shows(case.text("name"), it) }
            }
            copy.deleteRecursively()
        }
        sandbox.heal()
        phone.close()
        println("pushes.json: ${cases.size} cases")
    }

    private suspend fun Pocketcard.shows(case: String, shows: JsonObject) {
        shows.textOrNull("balance")?.let { points ->
            balance.await(case) { it.accounts.first().available.compareTo(BigDecimal(points)) == 0 }
        }
        (shows["inbox"] as? JsonArray)?.let { rows ->
            val texts = rows.map { it.jsonPrimitive.content }
            inbox.await(case) { view -> view.messages.map { "${it.title}|${it.body}" } == texts }
        }
        shows.textOrNull("unread")?.let { unread -> inbox.await(case) { it.unread == unread.toUInt() } }
    }

    private fun push(step: JsonObject): Push {
        val padded = step["padded"] as? JsonObject
        val given = step["push"] as? JsonObject ?: JsonObject(emptyMap())
        val push =
            if (padded == null) {
                given
            } else {
                JsonObject(given + (padded.text("key") to JsonPrimitive("x".repeat(padded.text("length").toInt()))))
            }
        val text =
            (step["repeated"] as? JsonObject)?.let { it.text("text").repeat(it.text("times").toInt()) }
                ?: step.textOrNull("text")
                ?: (if (step["push"] is JsonObject || padded != null) push else step["push"] ?: push).toString()
        return when (step.text("form")) {
            "data" -> Push.Data(push.mapValues { it.value.jsonPrimitive.content })
            "userInfo" -> Push.UserInfo(text)
            "hms" -> Push.Hms(text)
            else -> Push.Polled(text)
        }
    }

    private fun expected(outcome: JsonElement): PushOutcome {
        val (word, what) = outcome.jsonObject.entries.single()
        if (word == "ignored") return PushOutcome.Ignored(PushIgnored.valueOf(what.jsonPrimitive.content.constant()))
        val shown = what as? JsonObject ?: return PushOutcome.Taken(null)
        return PushOutcome.Taken(
            Notification(
                shown.textOrNull("message"),
                shown.text("title"),
                shown.text("body"),
                NotificationChannel.valueOf(shown.text("channel").constant()),
                shown.textOrNull("link"),
                shown.textOrNull("imageUrl"),
            ),
        )
    }

    @Test
    fun hours() = phoneTest {
        val cases = vectors("hours").getValue("cases").jsonArray.map(JsonElement::jsonObject)
        val asked =
            cases
                .flatMap { case ->
                    val store = store(case)
                    case.getValue("asked").jsonArray.map { Triple(store, case.text("name"), it.jsonObject) }
                }.sortedBy { (_, _, asked) -> asked.instant("at") }
        val clock = Frozen(asked.first().third.instant("at")!!.minusSeconds(60))
        clock.set(clock.now)
        Phone(sandbox.url, clock).use { phone ->
            phone.open().use { app ->
                app.signIn(sandbox, Sandbox.CLARA)
                app.store(asked.first().first).await("the stores") { it != null }
                sandbox.cutOff()
                for ((store, name, case) in asked) {
                    clock.now = case.instant("at")!!
                    val expected =
                        when {
                            "open" in case -> OpenState.Open(case.instant("open"))
                            "closed" in case -> OpenState.Closed(case.instant("closed"))
                            else -> OpenState.Unknown
                        }
                    assertEquals(expected, app.store(store).first()?.store?.open, "$name: ${clock.now}")
                }
                sandbox.heal()
            }
        }
        println("hours.json: ${cases.size} cases, ${asked.size} instants")
    }

    /** Opens a store with the hours of [case]; gives its number. */
    private fun store(case: JsonObject): Long {
        fun intervals(day: JsonElement) = JsonArray(
            day.jsonArray.map {
                buildJsonObject {
                    put("from", it.jsonArray[0])
                    put("to", it.jsonArray[1])
                }
            },
        )
        val week = (case["week"] as? JsonObject)?.mapValues { intervals(it.value) }
        val exceptions =
            (case["exceptions"] as? JsonObject).orEmpty().map { (date, day) ->
                buildJsonObject {
                    put("date", date)
                    put("intervals", intervals(day))
                }
            }
        val store =
            buildJsonObject {
                put("latitude", 52.52)
                put("longitude", 13.41)
                put("timeZone", case.text("zone"))
                put("scheduleModel", week?.let(::JsonObject) ?: JsonNull)
                put("exceptions", JsonArray(exceptions))
            }
        return sandbox.ask("POST", "/sandbox/stores", store.toString()).jsonObject.getValue("id").jsonPrimitive.long
    }

    @Test
    fun offers() = phoneTest {
        val vectors = vectors("offers")
        val stores =
            vectors.getValue("stores").jsonArray.map(JsonElement::jsonObject).associate { store ->
                val attributes = store["attributes"] as? JsonObject ?: JsonObject(emptyMap())
                val values = attributes.mapValues { it.value.jsonArray.map { value -> value.jsonPrimitive.content } }
                store.text("id") to OfferStore(store.text("id").toLong(), values, store.text("timeZone"))
            }
        // What a member has done with an offer, and when it begins and ends, is the platform's to say: not asked here.
        val cases = vectors.getValue("cases").jsonArray.map(JsonElement::jsonObject).filter {
            it.keys ==
                setOf("name", "rules", "asked")
        }
        cases.forEachIndexed { number, case ->
            val offer =
                buildJsonObject {
                    put("id", 8_000 + number)
                    put("title", case.text("name"))
                    put("rules", case.getValue("rules"))
                }
            sandbox.ask("POST", "/sandbox/offers", offer.toString())
        }
        val asked =
            cases
                .flatMapIndexed { number, case ->
                    case.getValue("asked").jsonArray.map { Triple(8_000L + number, case.text("name"), it.jsonObject) }
                }.filter { (_, _, asked) -> "activated" !in asked && "usesLeft" !in asked }
                .sortedBy { (_, _, asked) -> asked.instant("at") }
        val clock = Frozen(asked.first().third.instant("at")!!.minusSeconds(60))
        clock.set(clock.now)
        Phone(sandbox.url, clock).use { phone ->
            phone.open().use { app ->
                app.signIn(sandbox, Sandbox.CLARA)
                sandbox.cutOff()
                for ((offer, name, case) in asked) {
                    clock.now = case.instant("at")!!
                    val query =
                        OffersQuery(
                            channel = Channel.valueOf(case.text("channel").constant()),
                            store = case.textOrNull("store")?.let(stores::getValue),
                            payment = case.textOrNull("payment"),
                            othersToo = true,
                        )
                    val shown = app.offer(OfferId.Offer(offer), query).first()
                    assertEquals(case.text("answer"), shown?.offer?.applies?.word(), "$name: $case")
                }
                sandbox.heal()
            }
        }
        assertTrue(asked.size > 20)
        println("offers.json: ${cases.size} cases, ${asked.size} questions")
    }

    private fun Applies.word(): String {
        fun clock(minute: UShort) = "%02d:%02d".format((minute / 60u).toInt(), (minute % 60u).toInt())
        return when (val why = (this as? Applies.No)?.why) {
            null -> if (this == Applies.Yes) "yes" else "not asked"
            is WhyNot.StoreLacks -> "storeLacks ${why.attribute}"
            is WhyNot.OtherTime -> "otherTime ${clock(why.from)}-${clock(why.to)}"
            is WhyNot.NotYet -> "notYet ${why.from}"
            else -> why.javaClass.simpleName.replaceFirstChar(Char::lowercaseChar)
        }
    }

    private fun JsonObject.text(key: String) = getValue(key).jsonPrimitive.content

    private fun JsonObject.textOrNull(key: String) = this[key]?.jsonPrimitive?.contentOrNull

    private fun JsonObject.instant(key: String): Instant? =
        textOrNull(key)?.let { OffsetDateTime.parse(it).toInstant() }

    /** `otherMember` as Kotlin's constants are written. */
    private fun String.constant() = replace(Regex("[A-Z]")) { "_" + it.value }.uppercase()
}

/** A clock that stands still until the test sets it. */
private class Frozen(
    @Volatile var now: Instant,
) : Clock {
    private val start = now

    override fun read(): ClockReading = ClockReading(now, Duration.ofDays(1) + Duration.between(start, now), "1")
}
