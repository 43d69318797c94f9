package io.homeport.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who may depend on whom, as ARCHITECTURE.md says.
class ModuleMapTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.homeport");

    private static final List<String> SERVICES =
            List.of("identity", "registry", "shadow", "rules", "functions", "targets");

    private static void forbid(String module, String... others) {
        noClasses()
                .that()
                .resideInAPackage("io.homeport." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(CLASSES);
    }

    /// The packages of modules, and of all services where one of them is `services`.
    private static String[] homeport(String... modules) {
        List<String> packages = new ArrayList<>();
        for (String module : modules) {
            if (module.equals("services")) {
                SERVICES.forEach(service -> packages.add("io.homeport." + service + ".."));
            } else {
                packages.add("io.homeport." + module + "..");
            }
        }
        return packages.toArray(String[]::new);
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
                        "sql",
                        "broker",
                        "gateway",
                        "services",
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
                        "services",
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
                        "services",
                        "server"));
        forbid("sql", "java.net..", "java.nio.file..", "java.util.concurrent..");
    }

    @Test
    void protocolsAndStorageKnowTheCoreOnly() {
        for (String module : new String[] {"storage", "mqtt", "aws"}) {
            forbid(module, homeport("policy", "sql", "broker", "gateway", "services", "server"));
        }
    }

    @Test
    void theBrokerKnowsNoSocketsAndNoServices() {
        forbid("broker", homeport("aws", "policy", "sql", "gateway", "services", "server"));
        forbid("broker", "io.netty..", "java.net..");
    }

    @Test
    void theGatewayKnowsNoServices() {
        forbid("gateway", homeport("services", "server", "storage", "sql"));
    }

    @Test
    void servicesKnowNeitherBrokerNorGatewayNorEachOther() {
        for (String service : SERVICES) {
            forbid(service, homeport("broker", "gateway", "mqtt", "server"));
            for (String other : SERVICES) {
                if (!other.equals(service)) {
                    forbid(service, homeport(other));
                }
            }
            if (!service.equals("identity")) {
                forbid(service, homeport("policy"));
            }
            if (!service.equals("rules")) {
                forbid(service, homeport("sql"));
            }
        }
    }

    @Test
    void theLoadToolIsAClientLikeAnyOther() {
        forbid(
                "bench",
                homeport(
                        "storage",
                        "aws",
                        "policy",
                        "sql",
                        "broker",
                        "gateway",
                        "services",
                        "server"));
    }

    @Test
    void nettyStaysInTheCodecAndTheGateway() {
        for (String module :
                new String[] {"core", "storage", "aws", "policy", "sql", "broker", "server"}) {
            forbid(module, "io.netty..");
        }
        SERVICES.forEach(service -> forbid(service, "io.netty.."));
    }
}
