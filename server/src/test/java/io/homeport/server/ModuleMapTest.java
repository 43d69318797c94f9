package io.homeport.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Who may depend on whom, as ARCHITECTURE.md says.
class ModuleMapTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.homeport");

    private static void forbid(String module, String... others) {
        noClasses()
                .that()
                .resideInAPackage("io.homeport." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(CLASSES);
    }

    private static String[] homeport(String... modules) {
        String[] packages = new String[modules.length];
        for (int i = 0; i < modules.length; i++) {
            packages[i] = "io.homeport." + modules[i] + "..";
        }
        return packages;
    }

    @Test
    void theCoreKnowsNobody() {
        forbid(
                "core",
                homeport(
                        "storage",
                        "mqtt",
                        "aws",
                        "policy",
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "functions",
                        "server"));
    }

    @Test
    void thePolicyEngineKnowsTheCoreOnly() {
        forbid(
                "policy",
                homeport(
                        "storage",
                        "mqtt",
                        "aws",
                        "sql",
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "functions",
                        "server"));
    }

    @Test
    void theSqlEngineKnowsTheCoreOnlyAndNoOutside() {
        forbid(
                "sql",
                homeport(
                        "storage",
                        "mqtt",
                        "aws",
                        "policy",
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "functions",
                        "server"));
        forbid("sql", "java.net..", "java.nio.file..", "java.util.concurrent..");
    }

    @Test
    void protocolsAndStorageKnowTheCoreOnly() {
        for (String module : new String[] {"storage", "mqtt", "aws"}) {
            forbid(
                    module,
                    homeport(
                            "policy",
                            "broker",
                            "gateway",
                            "identity",
                            "registry",
                            "shadow",
                            "functions",
                            "server"));
        }
    }

    @Test
    void theBrokerKnowsNoSocketsAndNoServices() {
        forbid(
                "broker",
                homeport(
                        "aws",
                        "policy",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "functions",
                        "server"));
        forbid("broker", "io.netty..", "java.net..");
    }

    @Test
    void theGatewayKnowsNoServices() {
        forbid(
                "gateway",
                homeport("identity", "registry", "shadow", "functions", "server", "storage"));
    }

    @Test
    void servicesKnowNeitherBrokerNorGatewayNorEachOther() {
        forbid(
                "identity",
                homeport(
                        "broker",
                        "gateway",
                        "registry",
                        "shadow",
                        "functions",
                        "mqtt",
                        "server"));
        forbid(
                "registry",
                homeport(
                        "broker",
                        "gateway",
                        "identity",
                        "shadow",
                        "functions",
                        "mqtt",
                        "policy",
                        "server"));
        forbid(
                "shadow",
                homeport(
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "functions",
                        "mqtt",
                        "policy",
                        "server"));
        forbid(
                "functions",
                homeport(
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "mqtt",
                        "policy",
                        "sql",
                        "server"));
    }

    @Test
    void theLoadToolIsAClientLikeAnyOther() {
        forbid(
                "bench",
                homeport(
                        "storage",
                        "aws",
                        "policy",
                        "broker",
                        "gateway",
                        "identity",
                        "registry",
                        "shadow",
                        "functions",
                        "server"));
    }

    @Test
    void nettyStaysInTheCodecAndTheGateway() {
        for (String module :
                new String[] {
                    "core",
                    "storage",
                    "aws",
                    "policy",
                    "broker",
                    "identity",
                    "registry",
                    "shadow",
                    "functions",
                    "server"
                }) {
            forbid(module, "io.netty..");
        }
    }
}
