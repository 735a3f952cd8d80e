package app.pocketcard.testing

import app.pocketcard.Clock
import app.pocketcard.Config
import app.pocketcard.Host
import app.pocketcard.LogRecord
import app.pocketcard.LogSink
import app.pocketcard.PlatformType
import app.pocketcard.Pocketcard
import app.pocketcard.SecretStore
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList

/** Keeps secrets in memory, for as long as the test's phone lives. */
class MemorySecrets : SecretStore {
    private val kept = ConcurrentHashMap<String, ByteArray>()

    override fun get(key: String): ByteArray? = kept[key]

    override fun put(key: String, value: ByteArray) {
        kept[key] = value
    }

    override fun remove(key: String) {
        kept.remove(key)
    }
}

/** Keeps every log record. */
class MemoryLog : LogSink {
    val records: MutableList<LogRecord> = CopyOnWriteArrayList()

    override fun log(record: LogRecord) {
        records += record
    }
}

/** What stays of a phone when the app on it ends: a folder, the secrets, the log. */
class Phone(private val url: String, private val clock: Clock? = null) : AutoCloseable {
    val folder: Path = Files.createTempDirectory("pocketcard-phone")
    val secrets: MemorySecrets = MemorySecrets()
    val log: MemoryLog = MemoryLog()

    val config: Config get() = config(url, folder.resolve("pocketcard").toString())

    val host: Host get() = Host(secrets, log, clock)

    /** Opens the app. */
    suspend fun open(): Pocketcard = Pocketcard.open(config, host)

    override fun close() {
        folder.toFile().deleteRecursively()
    }

    companion object {
        /** An app that speaks to the platform at [url]. */
        fun config(url: String, dataFolder: String): Config = Config(
            platformUrl = url,
            dataFolder = dataFolder,
            appName = "Tests",
            appVersion = "1.2.3",
            platformType = PlatformType.ANDROID,
            platformVersion = "14",
            locale = "en",
            timeZone = "Europe/Berlin",
            linkHosts = listOf("loyalty.example"),
        )
    }
}

/** Signs in by phone number and one-time code, and waits until what the sign-in brings is there. */
suspend fun Pocketcard.signIn(sandbox: Sandbox, phone: String) {
    signIn(phone)
    confirmCode(sandbox.smsCode(phone))
    refresh()
}
