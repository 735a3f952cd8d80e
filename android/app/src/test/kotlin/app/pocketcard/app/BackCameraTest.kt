package app.pocketcard.app

import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CameraMetadata
import android.util.Size
import android.view.Surface
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowCameraCharacteristics
import org.robolectric.shadows.StreamConfigurationMapBuilder
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Which of Android's cameras the scanner takes; what these see, nothing here shows. */
@RunWith(RobolectricTestRunner::class)
@Config(application = android.app.Application::class)
class BackCameraTest {
    private val app: Context = RuntimeEnvironment.getApplication()
    private val manager = app.getSystemService(CameraManager::class.java)
    private val failed = CountDownLatch(1)

    private fun phoneHas(camera: String, facing: Int, hasLight: Boolean) {
        val about = ShadowCameraCharacteristics.newCameraCharacteristics()
        val sizes = StreamConfigurationMapBuilder.newBuilder()
        for (wide in listOf(640, 1280, 4000)) sizes.addOutputSize(ImageFormat.YUV_420_888, Size(wide, wide * 9 / 16))
        shadowOf(about).apply {
            set(CameraCharacteristics.LENS_FACING, facing)
            set(CameraCharacteristics.SENSOR_ORIENTATION, 90)
            set(CameraCharacteristics.FLASH_INFO_AVAILABLE, hasLight)
            set(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP, sizes.build())
        }
        shadowOf(manager).addCamera(camera, about)
    }

    private fun camera() = BackCamera(app, onFrame = {}, onFailure = failed::countDown)

    @Test
    fun `the camera at the back is taken`() {
        phoneHas("0", CameraMetadata.LENS_FACING_FRONT, hasLight = false)
        phoneHas("1", CameraMetadata.LENS_FACING_BACK, hasLight = true)
        camera().use { assertTrue(it.hasLight) }
    }

    @Test
    fun `that there is none is said`() {
        camera().use { camera ->
            assertFalse(camera.hasLight)
            camera.start(Surface(SurfaceTexture(false)))
            assertTrue(failed.await(10, TimeUnit.SECONDS))
        }
    }
}
