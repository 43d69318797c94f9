package io.homeport.sql;

import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalField;
import java.time.temporal.TemporalUnit;
import java.time.temporal.ValueRange;

/// Joda-Time's century of era, 20 for 2026, which `java.time` doesn't have. For formatting only.
enum CenturyOfEra implements TemporalField {
    FIELD;

    @Override
    public TemporalUnit getBaseUnit() {
        return ChronoUnit.CENTURIES;
    }

    @Override
    public TemporalUnit getRangeUnit() {
        return ChronoUnit.ERAS;
    }

    @Override
    public ValueRange range() {
        return ValueRange.of(0, ChronoField.YEAR_OF_ERA.range().getMaximum() / 100);
    }

    @Override
    public boolean isDateBased() {
        return true;
    }

    @Override
    public boolean isTimeBased() {
        return false;
    }

    @Override
    public boolean isSupportedBy(TemporalAccessor temporal) {
        return temporal.isSupported(ChronoField.YEAR_OF_ERA);
    }

    @Override
    public ValueRange rangeRefinedBy(TemporalAccessor temporal) {
        return range();
    }

    @Override
    public long getFrom(TemporalAccessor temporal) {
        return temporal.getLong(ChronoField.YEAR_OF_ERA) / 100;
    }

    @Override
    public <R extends Temporal> R adjustInto(R temporal, long newValue) {
        throw new UnsupportedOperationException("a century is only formatted");
    }
}
