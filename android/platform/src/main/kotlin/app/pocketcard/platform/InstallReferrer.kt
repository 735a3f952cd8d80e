package app.pocketcard.platform

import android.content.Context
import app.pocketcard.Pocketcard

/**
 * Where this installation comes from, as one source knows it. Google's is a library (`installreferrer`), which an app
 * that is in its shop calls here:
 *
 * ```kotlin
 * pocketcard.tellInstallReferrer(InstallReferrer { playReferrer() }, InstallReferrer.shop(this))
 * ```
 */
public fun interface InstallReferrer {
    /** What it says; null where it does not know. */
    public suspend fun read(): String?

    /** What Android knows by itself. */
    public companion object {
        /** The shop that installed the app, as `installer=com.android.vending`. */
        public fun shop(context: Context): InstallReferrer = InstallReferrer {
            @Suppress("DEPRECATION") // What took its place came with Android 11.
            context.packageManager.getInstallerPackageName(context.packageName)?.let { "installer=$it" }
        }
    }
}

/** Tells the core what the first of [sources] says that knows something; true where one did. The platform hears it once. */
public suspend fun Pocketcard.tellInstallReferrer(vararg sources: InstallReferrer): Boolean {
    for (source in sources) {
        val referrer = source.read() ?: continue
        setInstallReferrer(referrer.wellFormed())
        return true
    }
    return false
}
