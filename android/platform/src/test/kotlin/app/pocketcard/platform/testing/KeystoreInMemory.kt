package app.pocketcard.platform.testing

import android.security.keystore.KeyGenParameterSpec
import org.junit.rules.ExternalResource
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/** A provider by the name of Android's: the same calls, the keys in memory. */
class KeystoreInMemory : ExternalResource() {
    val keys = linkedMapOf<String, SecretKey>()
    val wanted = mutableListOf<KeyGenParameterSpec>()

    /** What reading a key throws. */
    var failure: Exception? = null

    private val provider =
        object : Provider("AndroidKeyStore", "1", "in memory") {
            init {
                putService(service("KeyStore", "AndroidKeyStore") { Store() })
                putService(service("KeyGenerator", "AES") { Generator() })
            }

            private fun service(type: String, algorithm: String, make: () -> Any) =
                object : Service(this, type, algorithm, "in memory", null, null) {
                    override fun newInstance(constructorParameter: Any?): Any = make()
                }
        }

    override fun before() {
        Security.insertProviderAt(provider, 1)
    }

    override fun after() = Security.removeProvider(provider.name)

    private inner class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(params: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            failure = null
            wanted += spec
            val bytes = ByteArray(spec.keySize / 8).also(SecureRandom()::nextBytes)
            return SecretKeySpec(bytes, "AES").also { keys[spec.keystoreAlias] = it }
        }

        override fun engineInit(random: SecureRandom?) = error("not with Android's")

        override fun engineInit(keysize: Int, random: SecureRandom?) = error("not with Android's")
    }

    private inner class Store : KeyStoreSpi() {
        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit

        override fun engineGetKey(alias: String, password: CharArray?): Key? {
            failure?.let { throw it }
            return keys[alias]
        }

        override fun engineDeleteEntry(alias: String) {
            keys.remove(alias)
        }

        override fun engineContainsAlias(alias: String) = alias in keys

        override fun engineIsKeyEntry(alias: String) = alias in keys

        override fun engineAliases(): Enumeration<String> = Collections.enumeration(keys.keys)

        override fun engineSize() = keys.size

        override fun engineGetCreationDate(alias: String): Date? = null

        override fun engineIsCertificateEntry(alias: String) = false

        override fun engineGetCertificate(alias: String): Certificate? = null

        override fun engineGetCertificateAlias(cert: Certificate?): String? = null

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null

        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<Certificate>?) =
            none()

        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>?) = none()

        override fun engineSetCertificateEntry(alias: String, cert: Certificate?) = none()

        override fun engineStore(stream: OutputStream?, password: CharArray?) = none()

        private fun none(): Nothing = throw UnsupportedOperationException()
    }
}
