package app.pocketcard.app

import android.app.Activity
import android.app.Application
import android.os.Build
import android.provider.Settings
import app.pocketcard.Config
import app.pocketcard.Host
import app.pocketcard.PlatformType
import app.pocketcard.Pocketcard
import app.pocketcard.SecretStore
import app.pocketcard.SessionView
import app.pocketcard.platform.BackgroundWork
import app.pocketcard.platform.HomeCard
import app.pocketcard.platform.InstallReferrer
import app.pocketcard.platform.KeystoreSecrets
import app.pocketcard.platform.Logcat
import app.pocketcard.platform.Notifications
import app.pocketcard.platform.PocketcardApp
import app.pocketcard.platform.tellInstallReferrer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import java.util.TimeZone

/** The app's process: holds the one core, which a screen, a push, a job or the widget opens, whichever comes first. */
public open class MemberApp :
    Application(),
    PocketcardApp {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val opening = Mutex()
    private var opened: Opened? = null

    private class Opened(val core: Pocketcard, val language: String, val home: HomeCard, val leaving: Job)

    /** What plastic cards are scanned with. */
    internal open fun camera(onFrame: (Luminance) -> Unit, onFailure: () -> Unit): CardCamera =
        BackCamera(this, onFrame, onFailure)

    /** What the platform names by URL, as long as a member is signed in. */
    internal val pictures by lazy { Pictures(this) }

    override val screen: Class<out Activity> = MainActivity::class.java

    override val cardLink: String get() = getString(R.string.brand_scheme) + "://card"

    override val refusesScreenshots: Boolean get() = resources.getBoolean(R.bool.brand_refuses_screenshots)

    /** The tenant's address. */
    protected open val platformUrl: String get() = getString(R.string.brand_platform)

    /** Where secrets are kept. */
    protected open val secrets: SecretStore by lazy { KeystoreSecrets(this) }

    /** Of the app's language, which the member may have changed since: the platform's texts come in it. */
    private val language: String get() = resources.configuration.locales[0].toLanguageTag()

    /** How often the phone was started: the core's clock tells one time from the next by it. */
    private val boot: String?
        get() = Settings.Global.getInt(contentResolver, Settings.Global.BOOT_COUNT, -1).takeIf { it >= 0 }?.toString()

    override suspend fun pocketcard(): Pocketcard = opening.withLock {
        opened?.takeIf { it.language == language }?.let { return it.core }
        letGo()
        val language = language
        val core = Pocketcard.open(config(language), Host(secrets, Logcat(), clock = null, boot = boot))
        Notifications(this).createChannels()
        opened = Opened(core, language, HomeCard(this, core), whenSignedOut(core))
        BackgroundWork.sync(this)
        core.tellInstallReferrer(InstallReferrer.shop(this))
        core
    }

    /** Where Android only plays a phone; on one, the process just ends. */
    override fun onTerminate() {
        letGo()
        super.onTerminate()
    }

    /** What stands outside of the app goes with what is in it. */
    private fun whenSignedOut(core: Pocketcard): Job = scope.launch {
        val isSignedOut = core.session.map { it is SessionView.SignedOut }.distinctUntilChanged()
        isSignedOut.filter { it }.collect {
            Notifications(this@MemberApp).clear()
            pictures.forget()
        }
    }

    private fun letGo() {
        opened?.leaving?.cancel()
        opened?.home?.close()
        opened?.core?.close()
        opened = null
    }

    private fun config(language: String) = Config(
        platformUrl = platformUrl,
        // Of no backup.
        dataFolder = noBackupFilesDir.resolve("pocketcard").path,
        appName = getString(R.string.brand_app),
        appVersion = version,
        platformType = PlatformType.ANDROID,
        platformVersion = Build.VERSION.RELEASE,
        locale = language,
        timeZone = TimeZone.getDefault().id,
        pins = resources.getStringArray(R.array.brand_pins).toList(),
        linkScheme = getString(R.string.brand_scheme),
        linkHosts = listOf(getString(R.string.brand_host)),
    )
}
