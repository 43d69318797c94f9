package io.homeport.policy;

import io.homeport.policy.PolicySet.NamedPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The sentences of decisions. Every piece of foreign text in them is bounded.
final class Reasons {
    private static final int MOST_LISTED = 5;

    private Reasons() {}

    /// What a statement allows, without regard to a request.
    static String allowance(String name, int index, CompiledStatement statement) {
        PolicyStatement source = statement.source();
        return place(name, index, source)
                + " allows "
                + (source.notAction() ? "everything except " : "")
                + list(bounded(source.actions()), " and ")
                + (source.notResource() ? " except on " : " on ")
                + list(bounded(source.resources()), " and ");
    }

    /// What a statement does with a request that it matches.
    static String effect(
            String name,
            int index,
            CompiledStatement statement,
            String action,
            String resource,
            PolicyContext context) {
        PolicyStatement source = statement.source();
        StringBuilder reason = new StringBuilder(place(name, index, source));
        reason.append(statement.denies() ? " denies " : " allows ").append(Texts.shorten(action));
        reason.append(" on ").append(Texts.shorten(resource));
        Set<String> names = new LinkedHashSet<>();
        for (ArnPattern pattern : statement.resources()) {
            pattern.variables().forEach(variable -> names.add(variable.name()));
        }
        for (CompiledCondition condition : statement.conditions()) {
            names.add(condition.source().key());
            condition.variables().forEach(variable -> names.add(variable.name()));
        }
        appendValues(reason, names, context);
        return reason.toString();
    }

    /// Why a statement that is about the action doesn't allow the request.
    static String nearMiss(
            String name,
            int index,
            CompiledStatement statement,
            String action,
            String resource,
            PolicyContext context) {
        PolicyStatement source = statement.source();
        StringBuilder reason = new StringBuilder(place(name, index, source));
        reason.append(" allows ").append(Texts.shorten(action));
        boolean resourceDiffers =
                statement.match(action, resource, context)
                        == CompiledStatement.Match.RESOURCE_DIFFERS;
        if (resourceDiffers) {
            appendResourceMiss(reason, statement, resource, context);
        } else {
            appendConditionMiss(reason, statement, resource, context);
        }
        return reason.toString();
    }

    static String noStatement(List<NamedPolicy> policies, String action) {
        List<String> names = policies.stream().map(NamedPolicy::name).distinct().toList();
        List<String> quoted = names.stream().limit(MOST_LISTED).map(Texts::quote).toList();
        return "no statement of policy "
                + list(quoted, " or ")
                + (names.size() > MOST_LISTED
                        ? " or of " + (names.size() - MOST_LISTED) + " others"
                        : "")
                + " allows "
                + Texts.shorten(action);
    }

    /// How many characters a resource shares with the beginning of the nearest of a statement's
    /// resources, variables replaced.
    static int likeness(CompiledStatement statement, String resource, PolicyContext context) {
        int longest = 0;
        for (ArnPattern pattern : statement.resources()) {
            String expanded = pattern.expand(context);
            int most = Math.min(expanded.length(), resource.length());
            int same = 0;
            while (same < most && expanded.charAt(same) == resource.charAt(same)) {
                same++;
            }
            longest = Math.max(longest, same);
        }
        return longest;
    }

    private static void appendResourceMiss(
            StringBuilder reason,
            CompiledStatement statement,
            String resource,
            PolicyContext context) {
        PolicyStatement source = statement.source();
        String listed = list(bounded(source.resources()), source.notResource() ? " and " : " or ");
        reason.append(source.notResource() ? " only outside of " : " only on ").append(listed);
        Set<Variable> variables = new LinkedHashSet<>();
        statement.resources().forEach(pattern -> variables.addAll(pattern.variables()));
        if (variables.isEmpty()) {
            reason.append(source.notResource() ? ", and this is " : ", not on ");
            reason.append(Texts.shorten(resource));
            return;
        }
        List<String> facts = new ArrayList<>();
        for (Variable variable : variables) {
            facts.add(describe(variable, context));
        }
        reason.append(", and ").append(list(facts, " and "));
        reason.append("; asked for was ").append(Texts.shorten(resource));
    }

    private static void appendConditionMiss(
            StringBuilder reason,
            CompiledStatement statement,
            String resource,
            PolicyContext context) {
        reason.append(" on ").append(Texts.shorten(resource));
        CompiledCondition failed = statement.failedCondition(context);
        if (failed == null) {
            return;
        }
        PolicyStatement.Condition condition = failed.source();
        List<String> quoted = condition.values().stream().map(Texts::quote).toList();
        reason.append(" only if ").append(condition.operator());
        reason.append(" of ").append(Texts.shorten(condition.key()));
        reason.append(" with ").append(quoted.isEmpty() ? "no values" : list(quoted, " or "));
        reason.append(" holds, and ").append(describe(condition.key(), context));
        List<String> facts =
                failed.variables().stream().map(variable -> describe(variable, context)).toList();
        reason.append(facts.isEmpty() ? "" : " and " + list(facts, " and "));
    }

    private static void appendValues(
            StringBuilder reason, Set<String> names, PolicyContext context) {
        if (!names.isEmpty()) {
            List<String> facts =
                    names.stream()
                            .map(name -> describe(name, context))
                            .collect(Collectors.toList());
            reason.append(", where ").append(list(facts, " and "));
        }
    }

    private static String describe(Variable variable, PolicyContext context) {
        String value = variable.value(context);
        String obstacle = value == null ? null : Variable.obstacle(value);
        if (value == null && variable.fallback() != null) {
            return Texts.shorten(variable.name())
                    + " has no value here, so that its default "
                    + Texts.quote(variable.fallback())
                    + " stands";
        }
        return describe(variable.name(), context)
                + (obstacle == null ? "" : ", which is not put in because " + obstacle);
    }

    private static String describe(String name, PolicyContext context) {
        List<String> values = context.values(name);
        if (values.isEmpty()) {
            return Texts.shorten(name) + " has no value here" + whyNoThing(name);
        }
        List<String> quoted = values.stream().map(Texts::quote).toList();
        return Texts.shorten(name)
                + (values.size() == 1 ? " is " : " are ")
                + list(quoted, " and ");
    }

    /// What people forget most when they begin with thing policy variables.
    private static String whyNoThing(String name) {
        return name.equalsIgnoreCase("iot:Connection.Thing.ThingName")
                        || name.equalsIgnoreCase("iot:Connection.Thing.IsAttached")
                ? " (it needs MQTT, a client id that is the name of a thing, and a certificate"
                        + " that is attached to that thing)"
                : "";
    }

    private static String place(String name, int index, PolicyStatement source) {
        String sid = source.sid().map(id -> " " + Texts.quote(id)).orElse("");
        return "policy " + Texts.quote(name) + " statement " + index + sid;
    }

    private static List<String> bounded(List<String> texts) {
        return texts.stream().map(Texts::shorten).toList();
    }

    private static String list(List<String> texts, String last) {
        StringBuilder listed = new StringBuilder();
        int shown = Math.min(texts.size(), MOST_LISTED);
        for (int i = 0; i < shown; i++) {
            boolean isLast = i == texts.size() - 1;
            listed.append(i == 0 ? "" : isLast ? last : ", ");
            listed.append(texts.get(i));
        }
        if (texts.size() > shown) {
            listed.append(last).append(texts.size() - shown).append(" more");
        }
        return listed.toString();
    }
}
