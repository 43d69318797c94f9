package io.homeport.sql;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A FileDescriptorSet, as `protoc --descriptor_set_out --include_imports` writes it, ready to
/// decode messages of its types (binary-payloads). Immutable, thread-safe.
public final class ProtobufSchema {
    /// A descriptor set, message type or message that isn't one. The problem is for people.
    public static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String problem;

        Invalid(String problem) {
            super(problem, null, false, false);
            this.problem = problem;
        }

        public String problem() {
            return problem;
        }
    }

    private final Map<String, FileDescriptor> files;

    private ProtobufSchema(Map<String, FileDescriptor> files) {
        this.files = files;
    }

    /// Reads a descriptor set of at most {@link SqlLimits#DESCRIPTOR_BYTES}.
    ///
    /// @throws Invalid where it is larger, isn't one, or lacks an import
    public static ProtobufSchema parse(byte[] descriptorSet) {
        if (descriptorSet.length > SqlLimits.DESCRIPTOR_BYTES) {
            throw new Invalid(
                    "the descriptor set has "
                            + descriptorSet.length
                            + " bytes, more than "
                            + SqlLimits.DESCRIPTOR_BYTES);
        }
        FileDescriptorSet set;
        try {
            set = FileDescriptorSet.parseFrom(descriptorSet);
        } catch (InvalidProtocolBufferException e) {
            throw new Invalid("it is no FileDescriptorSet: " + e.getMessage());
        }
        Map<String, FileDescriptorProto> sources = new HashMap<>();
        for (FileDescriptorProto file : set.getFileList()) {
            sources.put(file.getName(), file);
        }
        Map<String, FileDescriptor> files = new HashMap<>();
        for (FileDescriptorProto file : set.getFileList()) {
            build(file, sources, files, new HashSet<>());
        }
        return new ProtobufSchema(files);
    }

    private static FileDescriptor build(
            FileDescriptorProto file,
            Map<String, FileDescriptorProto> sources,
            Map<String, FileDescriptor> files,
            Set<String> open) {
        FileDescriptor built = files.get(file.getName());
        if (built != null) {
            return built;
        }
        if (!open.add(file.getName()) || open.size() > SqlLimits.NESTING) {
            throw new Invalid("the imports of " + file.getName() + " go round in a circle");
        }
        FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
        for (int i = 0; i < imports.length; i++) {
            FileDescriptorProto source = sources.get(file.getDependency(i));
            if (source == null) {
                throw new Invalid(
                        file.getName()
                                + " imports "
                                + file.getDependency(i)
                                + ", which the descriptor set lacks; protoc needs"
                                + " --include_imports");
            }
            imports[i] = build(source, sources, files, open);
        }
        open.remove(file.getName());
        try {
            built = FileDescriptor.buildFrom(file, imports);
        } catch (DescriptorValidationException e) {
            throw new Invalid("its descriptors are invalid: " + e.getMessage());
        }
        files.put(file.getName(), built);
        return built;
    }

    /// Decodes a message to what protobuf's JSON mapping makes of it.
    ///
    /// @param protoName of the file, with or without `.proto`
    /// @param typeName of the message, within the file or with its package
    /// @throws Invalid where there is no such type, or the bytes are no such message
    Value decode(byte[] message, String protoName, String typeName) {
        Descriptor type = type(protoName, typeName);
        try {
            return ProtobufJson.object(DynamicMessage.parseFrom(type, message));
        } catch (InvalidProtocolBufferException e) {
            throw new Invalid(
                    "the data is no message of type " + type.getFullName() + ": " + e.getMessage());
        }
    }

    private Descriptor type(String protoName, String typeName) {
        String name = protoName.endsWith(".proto") ? protoName : protoName + ".proto";
        for (Map.Entry<String, FileDescriptor> file : files.entrySet()) {
            if (file.getKey().equals(name) || file.getKey().endsWith("/" + name)) {
                Descriptor type = find(file.getValue(), typeName);
                if (type != null) {
                    return type;
                }
            }
        }
        throw new Invalid("there is no message " + typeName + " in a file " + name);
    }

    /// Names of nested messages go through their outer ones, by points.
    private static @Nullable Descriptor find(FileDescriptor file, String typeName) {
        String prefix = file.getPackage() + ".";
        String local =
                prefix.length() > 1 && typeName.startsWith(prefix)
                        ? typeName.substring(prefix.length())
                        : typeName;
        String[] names = local.split("\\.", -1);
        Descriptor type = file.findMessageTypeByName(names[0]);
        for (int i = 1; i < names.length && type != null; i++) {
            type = type.findNestedTypeByName(names[i]);
        }
        return type;
    }
}
