package io.homeport.targets;

import io.homeport.core.AccountId;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The files of all stand-ins: `ACCOUNT/REGION/SERVICE/NAME.jsonl` for what comes one after the
/// other, `ACCOUNT/REGION/SERVICE/NAME/...` for what has a key. Thread-safe.
final class StandIns {
    private final Path root;
    private final StandInLimits limits;
    private final boolean durable;
    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();
    private final Map<Path, Folder> folders = new ConcurrentHashMap<>();

    /// @param root is made with the first call
    /// @param durable whether what was taken survives a power cut
    StandIns(Path root, StandInLimits limits, boolean durable) {
        this.root = root;
        this.limits = limits;
        this.durable = durable;
    }

    /// Something that a stand-in keeps.
    ///
    /// @param name as AWS calls it, such as a queue's name
    record Target(TargetScope scope, TargetService service, String name) {}

    /// A target and what is kept of it.
    record Listed(Target target, Path path, Kept kept) {}

    Journal journal(TargetScope scope, TargetService service, String name) {
        Path folder = folderOf(scope, service);
        String file = FileNames.encode(name);
        return journals.computeIfAbsent(
                folder.resolve(file),
                path -> {
                    checkRoom(folder, path.resolveSibling(file + Journal.ENDING));
                    return new Journal(folder, file, limits, durable);
                });
    }

    Folder folder(TargetScope scope, TargetService service, String name) {
        Path parent = folderOf(scope, service);
        return folders.computeIfAbsent(
                parent.resolve(FileNames.encode(name)),
                path -> {
                    checkRoom(parent, path);
                    return new Folder(path, limits, durable);
                });
    }

    /// A folder of the stand-in's own, which no list shows.
    Folder hidden(TargetScope scope, TargetService service, String name) {
        return folders.computeIfAbsent(
                folderOf(scope, service).resolve("." + name),
                path -> new Folder(path, limits, durable));
    }

    private void checkRoom(Path folder, Path wanted) {
        if (Files.exists(wanted) || !Files.exists(folder)) {
            return;
        }
        try (Stream<Path> present = Files.list(folder)) {
            if (present.count() >= limits.targets()) {
                throw TargetFailedException.refused(
                        "the stand-in keeps at most "
                                + limits.targets()
                                + " targets in "
                                + folder
                                + "; delete some");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folderOf(TargetScope scope, TargetService service) {
        return root.resolve(scope.account().value())
                .resolve(FileNames.encode(scope.region()))
                .resolve(service.option());
    }

    /// The journal of a target; empty where there is none.
    Optional<Journal> findJournal(Target target) {
        Path folder = folderOf(target.scope, target.service);
        return Files.exists(folder.resolve(FileNames.encode(target.name) + Journal.ENDING))
                ? Optional.of(journal(target.scope, target.service, target.name))
                : Optional.empty();
    }

    /// The folder of a target; empty where there is none.
    Optional<Folder> findFolder(Target target) {
        Path folder = folderOf(target.scope, target.service);
        return Files.isDirectory(folder.resolve(FileNames.encode(target.name)))
                ? Optional.of(folder(target.scope, target.service, target.name))
                : Optional.empty();
    }

    /// All that is kept, ordered by path.
    List<Listed> list() {
        List<Listed> all = new ArrayList<>();
        for (Path account : children(root)) {
            if (!account.getFileName().toString().matches("[0-9]{12}")) {
                continue;
            }
            for (Path region : children(account)) {
                TargetScope scope =
                        new TargetScope(
                                new AccountId(account.getFileName().toString()),
                                FileNames.decode(region.getFileName().toString()));
                for (Path service : children(region)) {
                    TargetService.named(service.getFileName().toString())
                            .ifPresent(known -> list(scope, known, service, all));
                }
            }
        }
        return all;
    }

    private void list(TargetScope scope, TargetService service, Path folder, List<Listed> all) {
        for (Path path : children(folder)) {
            String file = path.getFileName().toString();
            String journal = Journal.nameOf(path);
            if (Files.isDirectory(path) && file.startsWith(".")) {
                hidden(scope, service, file.substring(1));
            } else if (Files.isDirectory(path)) {
                Target target = new Target(scope, service, FileNames.decode(file));
                Folder kept = folder(scope, service, target.name);
                all.add(new Listed(target, kept.root(), kept.kept()));
            } else if (journal != null) {
                Target target = new Target(scope, service, FileNames.decode(journal));
                Journal kept = journal(scope, service, target.name);
                all.add(new Listed(target, kept.file(), kept.kept()));
            }
        }
    }

    private static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Forgets one target; false where there is none.
    boolean clear(Target target) {
        Optional<Journal> journal = findJournal(target);
        Optional<Folder> folder = findFolder(target);
        journal.ifPresent(Journal::clear);
        folder.ifPresent(Folder::clear);
        return journal.isPresent() || folder.isPresent();
    }

    /// Forgets everything.
    void clear() {
        list().forEach(listed -> clear(listed.target()));
        folders.values().forEach(Folder::clear);
    }
}
