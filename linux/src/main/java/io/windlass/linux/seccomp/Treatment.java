package io.windlass.linux.seccomp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is done with one system call: the first case whose conditions all hold decides.
 *
 * @param otherwise when no case holds
 */
record Treatment(List<Case> cases, SeccompAction otherwise) {
    /**
     * An action under conditions on arguments.
     *
     * @param wide whether arguments have 64 bits; in a convention of 32 bits the upper halves mean nothing
     */
    record Case(List<ArgumentCondition> conditions, SeccompAction action, boolean wide) {}

    static Treatment always(SeccompAction action) {
        return new Treatment(List.of(), action);
    }

    static Treatment of(SyscallRule rule, SeccompAction defaultAction, boolean wide) {
        List<ArgumentCondition> arguments = rule.arguments();
        if (arguments.isEmpty()) {
            return always(rule.action());
        }
        Set<Integer> indexes = new HashSet<>();
        if (arguments.stream().allMatch(condition -> indexes.add(condition.index()))) {
            return new Treatment(List.of(new Case(arguments, rule.action(), wide)), defaultAction);
        }
        List<Case> alternatives = new ArrayList<>();
        arguments.forEach(condition -> alternatives.add(new Case(List.of(condition), rule.action(), wide)));
        return new Treatment(alternatives, defaultAction);
    }

    /** This and a later rule on the same call. One without conditions covers all others, and the first of its kind wins. */
    Treatment and(Treatment later) {
        if (cases.isEmpty()) {
            return this;
        }
        if (later.cases.isEmpty()) {
            return later;
        }
        List<Case> all = new ArrayList<>(cases);
        all.addAll(later.cases);
        return new Treatment(all, otherwise);
    }

    int emit(BackwardAssembler code) {
        int next = code.returning(otherwise.returnValue());
        for (Case one : cases.reversed()) {
            int place = code.returning(one.action.returnValue());
            for (ArgumentCondition condition : one.conditions.reversed()) {
                place = new Comparison(code, condition, one.wide).emit(place, next);
            }
            next = place;
        }
        return next;
    }
}
