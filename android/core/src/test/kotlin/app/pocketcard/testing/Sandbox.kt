package app.pocketcard.testing

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.nio.file.Path

/**
 * A platform of the test's own: the sandbox as a process, on a free port, with its seeded members.
 *
 * The system property `pocketcard.sandbox` says where its program is; `cargo build --package pocketcard-sandbox` makes it.
 */
class Sandbox(stores: Int = 40) : AutoCloseable {
    private val folder: Path = Files.createTempDirectory("pocketcard-sandbox")
    private val process: Process =
        ProcessBuilder(
            property("pocketcard.sandbox"),
            "--address",
            "127.0.0.1:0",
            "--database",
            folder.resolve("sandbox.db").toString(),
            "--stores",
            stores.toString(),
        ).redirectError(folder.resolve("log").toFile()).start()

    /** Where it listens. */
    val url: String =
        process.inputStream.bufferedReader().readLine()?.substringAfter("is at ")?.substringBefore(" (")
            ?: error("the sandbox does not start: ${Files.readString(folder.resolve("log"))}")

    private val http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

    /** Asks it; [body] is JSON. Fails the test where it refuses. */
    fun ask(method: String, path: String, body: String? = null): JsonElement {
        val publisher = body?.let(HttpRequest.BodyPublishers::ofString) ?: HttpRequest.BodyPublishers.noBody()
        val request =
            HttpRequest.newBuilder(URI(url + path)).header("Content-Type", "application/json").method(method, publisher)
        val answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() < 300) { "$method $path: ${answer.statusCode()} ${answer.body()}" }
        return if (answer.body().isBlank()) JsonNull else Json.parseToJsonElement(answer.body())
    }

    /** The newest one-time code sent to a phone number. */
    fun smsCode(phone: String): String = sent("/sandbox/sms?phone=", phone)

    /** The newest one-time code sent to an e-mail address. */
    fun emailCode(address: String): String = sent("/sandbox/emails?email=", address)

    private fun sent(path: String, to: String): String {
        val messages = ask(
            "GET",
            path + URLEncoder.encode(to, Charsets.UTF_8),
        ).jsonObject.getValue("messages").jsonArray
        return messages.first().jsonObject.getValue("code").jsonPrimitive.content
    }

    /** Makes a member with so many points, signed in by one-time code; gives their number. */
    fun member(phone: String, points: Int = 0): Long =
        ask("POST", "/sandbox/members", """{"phone": "$phone", "firstName": "Erika", "points": $points}""")
            .jsonObject
            .getValue("id")
            .jsonPrimitive.long

    /** Holds a code under the till's scanner. Fails the test where no till takes it. */
    fun scan(code: String): JsonObject = ask("POST", "/till/identify", """{"code": "$code"}""").jsonObject

    /** The phone has no signal: every connection of it is reset. */
    fun cutOff() {
        for (path in listOf("/publicapi", "/authorizationService", "/app")) {
            ask("POST", "/sandbox/faults", """{"path": "$path", "kind": "reset"}""")
        }
    }

    /** Calls whose path begins with [path] take so long. */
    fun slow(path: String, millis: Long) {
        ask("POST", "/sandbox/faults", """{"path": "$path", "kind": {"latency": {"millis": $millis}}}""")
    }

    /** What was pushed to a token after what is numbered [after]; waits so many seconds until there is something. */
    fun pushed(token: String, after: Long = 0, wait: Int = 10): Pushed {
        val answer = ask("GET", "/push/poll?token=$token&after=$after&wait=$wait").jsonObject
        val data = answer.getValue("messages").jsonArray.map { message ->
            val payload = message.jsonObject.getValue("payload").jsonObject
            val data = payload.getValue("message").jsonObject.getValue("data").jsonObject
            data.mapValues { it.value.jsonPrimitive.content }
        }
        return Pushed(data, answer.getValue("next").jsonPrimitive.long)
    }

    /** The data of each message as Firebase hands it to an app, and where to go on. */
    class Pushed(val data: List<Map<String, String>>, val next: Long)

    /** Nothing goes wrong any more. */
    fun heal() {
        ask("DELETE", "/sandbox/faults")
    }

    override fun close() {
        process.destroy()
        process.waitFor()
        folder.toFile().deleteRecursively()
    }

    companion object {
        /** Seeded: Silver, with points pending and expiring. */
        const val ANNA: String = "+491713920001"

        /** Seeded: Gold. Has a password. */
        const val BORIS: String = "+491713920002"

        /** Seeded: nothing bought yet. */
        const val CLARA: String = "+491713920003"

        /** Seeded: the card is blocked. */
        const val DAVID: String = "+491713920004"

        internal fun property(name: String): String =
            System.getProperty(name) ?: error("the system property $name is not set: run the tests by Maven")
    }
}
