#!/bin/bash
# Makes the compact service models anew (see docs/decisions/0003-compact-service-models.md).
# Needs JDK 25 in JAVA_HOME and Maven; downloads AWS's 91 MB of models unless they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
models=com.amazonaws:aws-java-sdk-models:1.12.797
mkdir -p target/models
mvn -B -q dependency:copy -Dartifact="$models" -DoutputDirectory=target/models
(cd ../.. && mvn -B -q -pl protocol/aws -am test-compile -Dmaven.test.skip=true \
    dependency:build-classpath -Dmdep.outputFile=target/models/classpath)
"$JAVA_HOME/bin/java" --class-path "$(cat target/models/classpath)" models/GenerateModels.java \
    target/models/aws-java-sdk-models-*.jar src/main/resources/io/homeport/aws/models
