package app.pocketcard.app

import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.ImageFormat
import android.graphics.Matrix
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CameraMetadata
import android.hardware.camera2.CaptureRequest
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import android.view.Surface
import android.view.TextureView
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.viewinterop.AndroidView

/** A camera that looks at a card. Closed with the screen. */
internal interface CardCamera : AutoCloseable {
    /** It can light up what it looks at. */
    val hasLight: Boolean

    /** Turns the light on or off. */
    fun light(isOn: Boolean)

    /** What it sees; it runs as long as this is on screen. */
    @Composable
    fun Viewfinder(modifier: Modifier)
}

/** The phone has a camera. */
internal fun Context.hasCamera(): Boolean = packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY)

/**
 * The phone's own camera, by Android's API: it asks for no library, and for no services that some phones lack.
 *
 * @param onFrame is called on a thread of the camera's, for one frame at a time; those that come meanwhile are left
 *   out. No frame is kept.
 * @param onFailure is called where the camera does not start, or is taken away.
 */
internal class BackCamera(
    context: Context,
    private val onFrame: (Luminance) -> Unit,
    private val onFailure: () -> Unit,
) : CardCamera {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val id: String?
    private val about: CameraCharacteristics?
    private val size: Size
    private val frames: ImageReader
    private var bytes = ByteArray(0)

    // Of the camera's thread.
    private var isOpening = false
    private var device: CameraDevice? = null
    private var preview: Surface? = null
    private var session: CameraCaptureSession? = null
    private var request: CaptureRequest.Builder? = null
    private var isLit = false
    private var isClosed = false

    init {
        val all = try {
            manager.cameraIdList.map { it to manager.getCameraCharacteristics(it) }
        } catch (_: CameraAccessException) {
            emptyList()
        } catch (_: IllegalArgumentException) {
            // One went meanwhile.
            emptyList()
        }
        val chosen = all.firstOrNull { (_, about) ->
            about[CameraCharacteristics.LENS_FACING] == CameraMetadata.LENS_FACING_BACK
        } ?: all.firstOrNull()
        id = chosen?.first
        about = chosen?.second
        val sizes = about
            ?.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
            ?.getOutputSizes(ImageFormat.YUV_420_888)
            .orEmpty()
        // The lines of a card's code are three pixels wide in it; more only takes longer.
        size = sizes.filter { it.width <= MOST_WIDE && it.height <= MOST_WIDE }.maxByOrNull { it.width * it.height }
            ?: sizes.minByOrNull { it.width * it.height } ?: Size(640, 480)
        frames = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 2)
        frames.setOnImageAvailableListener({ it.acquireLatestImage()?.use(::look) }, handler)
    }

    override val hasLight: Boolean get() = about?.get(CameraCharacteristics.FLASH_INFO_AVAILABLE) == true

    override fun light(isOn: Boolean) {
        handler.post {
            isLit = isOn
            repeat()
        }
    }

    override fun close() {
        handler.post {
            isClosed = true
            session = null
            device?.close()
            frames.close()
            preview?.release()
            // Else Android has something to say first.
            if (device == null && !isOpening) thread.quitSafely()
        }
    }

    @Composable
    override fun Viewfinder(modifier: Modifier) {
        AndroidView({ context ->
            TextureView(context).apply {
                surfaceTextureListener = object : TextureView.SurfaceTextureListener {
                    override fun onSurfaceTextureAvailable(texture: SurfaceTexture, width: Int, height: Int) {
                        fit()
                        texture.setDefaultBufferSize(size.width, size.height)
                        start(Surface(texture))
                    }

                    override fun onSurfaceTextureSizeChanged(texture: SurfaceTexture, width: Int, height: Int) = fit()

                    override fun onSurfaceTextureDestroyed(texture: SurfaceTexture) = true

                    override fun onSurfaceTextureUpdated(texture: SurfaceTexture) = Unit
                }
            }
        }, modifier)
    }

    /** Fills the view without stretching, and upright: the system has it so for a phone that is not turned. */
    private fun TextureView.fit() {
        val turned = display?.rotation ?: Surface.ROTATION_0
        val isAcross = (about?.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0) % 180 != 0
        val (wide, high) = if (isAcross) size.height to size.width else size.width to size.height
        val view = RectF(0f, 0f, width.toFloat(), height.toFloat())
        val isSideways = turned == Surface.ROTATION_90 || turned == Surface.ROTATION_270
        val (across, down) = if (isSideways) high to wide else wide to high
        val scale = maxOf(view.width() / across, view.height() / down)
        val drawn = RectF(0f, 0f, wide * scale, high * scale)
        drawn.offset(view.centerX() - drawn.centerX(), view.centerY() - drawn.centerY())
        setTransform(
            Matrix().apply {
                setRectToRect(view, drawn, Matrix.ScaleToFit.FILL)
                postRotate(-90f * turned, view.centerX(), view.centerY())
            },
        )
    }

    /** Begins to look, and shows on [preview] what it sees. */
    fun start(preview: Surface) {
        handler.post { open(preview) }
    }

    @SuppressLint("MissingPermission") // The screen asks for it; taken back, it fails.
    private fun open(preview: Surface) {
        if (isClosed) return
        this.preview = preview
        try {
            manager.openCamera(checkNotNull(id) { "no camera" }, opened(preview), handler)
            isOpening = true
        } catch (_: CameraAccessException) {
            onFailure()
        } catch (_: SecurityException) {
            onFailure()
        } catch (_: IllegalArgumentException) {
            onFailure()
        } catch (_: IllegalStateException) {
            onFailure()
        }
    }

    private fun opened(preview: Surface) = object : CameraDevice.StateCallback() {
        override fun onOpened(camera: CameraDevice) {
            isOpening = false
            device = camera
            if (isClosed) camera.close() else run(camera, preview)
        }

        override fun onDisconnected(camera: CameraDevice) = fail(camera)

        override fun onError(camera: CameraDevice, error: Int) = fail(camera)

        override fun onClosed(camera: CameraDevice) {
            if (isClosed) thread.quitSafely()
        }
    }

    private fun fail(camera: CameraDevice) {
        isOpening = false
        camera.close()
        device = null
        session = null
        if (!isClosed) onFailure()
    }

    @Suppress("DEPRECATION") // What took its place came with Android 9.
    private fun run(camera: CameraDevice, preview: Surface) {
        try {
            request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
                addTarget(preview)
                addTarget(frames.surface)
                set(CaptureRequest.CONTROL_AF_MODE, CameraMetadata.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            }
            camera.createCaptureSession(
                listOf(preview, frames.surface),
                object : CameraCaptureSession.StateCallback() {
                    override fun onConfigured(configured: CameraCaptureSession) {
                        session = configured
                        repeat()
                    }

                    override fun onConfigureFailed(configured: CameraCaptureSession) = fail(camera)
                },
                handler,
            )
        } catch (_: CameraAccessException) {
            fail(camera)
        } catch (_: IllegalArgumentException) {
            // The screen went meanwhile.
            fail(camera)
        } catch (_: IllegalStateException) {
            fail(camera)
        }
    }

    private fun repeat() {
        val session = session ?: return
        val request = request ?: return
        val light = if (isLit) CameraMetadata.FLASH_MODE_TORCH else CameraMetadata.FLASH_MODE_OFF
        request.set(CaptureRequest.FLASH_MODE, light)
        try {
            session.setRepeatingRequest(request.build(), null, handler)
        } catch (_: CameraAccessException) {
            device?.let(::fail)
        } catch (_: IllegalArgumentException) {
            // The screen went meanwhile.
        } catch (_: IllegalStateException) {
            // Closed meanwhile.
        }
    }

    /** Over the bytes of the frame before. */
    private fun look(image: Image) {
        val plane = image.planes[0]
        val length = plane.buffer.remaining()
        if (bytes.size != length) bytes = ByteArray(length)
        plane.buffer.get(bytes)
        onFrame(Luminance(bytes, image.width, image.height, plane.rowStride))
    }

    private companion object {
        const val MOST_WIDE = 1280
    }
}
