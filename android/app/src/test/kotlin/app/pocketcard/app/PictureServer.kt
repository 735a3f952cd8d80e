package app.pocketcard.app

import com.sun.net.httpserver.Headers
import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import java.awt.Color
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.file.Files
import java.security.KeyStore
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import javax.imageio.ImageIO
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory

/** Where the platform's pictures are in a test: real TLS, with a certificate that this JVM trusts until it is closed. */
class PictureServer : AutoCloseable {
    private val trusted = HttpsURLConnection.getDefaultSSLSocketFactory()
    private val threads = Executors.newCachedThreadPool()
    private val server = HttpsServer.create(InetSocketAddress(InetAddress.getByName("localhost"), 0), 0)
    private val served = ConcurrentHashMap<String, (HttpExchange) -> Unit>()

    /** What was asked for, and with what. */
    val asked = CopyOnWriteArrayList<Pair<String, Headers>>()

    init {
        val tls = tls()
        HttpsURLConnection.setDefaultSSLSocketFactory(tls.socketFactory)
        server.httpsConfigurator = HttpsConfigurator(tls)
        server.executor = threads
        server.createContext("/") { exchange ->
            exchange.use {
                asked += it.requestURI.path to it.requestHeaders
                (served[it.requestURI.path] ?: { gone -> gone.sendResponseHeaders(404, -1) })(it)
            }
        }
        server.start()
    }

    /** What is at [path] from now on; its address. */
    fun serve(path: String, bytes: ByteArray): String = answer(path) {
        it.responseHeaders.add("Set-Cookie", "member=1")
        it.sendResponseHeaders(200, bytes.size.toLong())
        it.responseBody.write(bytes)
    }

    /** What happens at [path] from now on; its address. */
    fun answer(path: String, how: (HttpExchange) -> Unit): String {
        served[path] = how
        return url(path)
    }

    fun url(path: String): String = "https://localhost:${server.address.port}$path"

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
        HttpsURLConnection.setDefaultSSLSocketFactory(trusted)
    }

    companion object {
        /** A picture all of one colour. */
        fun picture(
            colour: Color,
            width: Int = 640,
            height: Int = 400,
            type: Int = BufferedImage.TYPE_INT_RGB,
        ): ByteArray {
            val image = BufferedImage(width, height, type)
            image.createGraphics().apply {
                color = colour
                fillRect(0, 0, width, height)
                dispose()
            }
            return ByteArrayOutputStream().also { ImageIO.write(image, "png", it) }.toByteArray()
        }

        private fun tls(): SSLContext {
            val password = "pictures"
            val file = Files.createTempDirectory("pictures").resolve("tls.p12").toFile()
            val make =
                listOf(
                    "keytool",
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost",
                ) +
                    listOf("-storetype", "PKCS12", "-storepass", password, "-keystore", file.path)
            val made = ProcessBuilder(listOf(System.getProperty("java.home") + "/bin/" + make.first()) + make.drop(1))
                .redirectErrorStream(true)
                .redirectOutput(File("/dev/null"))
                .start()
            check(made.waitFor() == 0) { "no certificate" }
            val store = KeyStore
                .getInstance(
                    "PKCS12",
                ).apply { file.inputStream().use { load(it, password.toCharArray()) } }
            file.parentFile.deleteRecursively()
            val keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
            keys.init(store, password.toCharArray())
            val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
            trust.init(
                KeyStore.getInstance("PKCS12").apply {
                    load(null, null)
                    setCertificateEntry("pictures", store.getCertificate(store.aliases().nextElement()))
                },
            )
            return SSLContext.getInstance("TLS").apply { init(keys.keyManagers, trust.trustManagers, null) }
        }
    }
}
