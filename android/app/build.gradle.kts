// For Android Studio. Not exercised here: see pom.xml, which runs the tests, too, and makes the APK.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose)
}

android {
    namespace = "app.pocketcard.app"
    compileSdk = 37
    defaultConfig {
        applicationId = "app.pocketcard.app"
        minSdk = 26
        targetSdk = 34
        versionCode = 1
        versionName = "0.1.0"
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles("shrink.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    sourceSets["main"].kotlin.directories += "src/android/kotlin"
    // Where `cargo libraries build` puts ours.
    sourceSets["main"].jniLibs.directories += "../../target/jni"
}

kotlin {
    explicitApi()
}

dependencies {
    implementation(project(":platform"))
    implementation(project(":ui"))
    implementation(libs.activity.compose)
    implementation(libs.coil.compose)
    implementation(libs.coil.network)
    implementation(libs.compose.material3)
    implementation(libs.firebase.messaging)
    implementation(libs.lifecycle.compose)
    implementation(libs.zxing)
    implementation(variantOf(libs.jna) { artifactType("aar") })
    testImplementation(libs.compose.test)
    testImplementation(libs.junit4)
    testImplementation(libs.kotlin.test.junit4)
    testImplementation(libs.robolectric)
    testImplementation(libs.serialization.json)
}
