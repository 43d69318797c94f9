package io.homeport.compat.fault;

import java.util.List;

/// The line that fits a series best, by least squares.
///
/// @param mean of the values
/// @param growth from the first to the last value, on the line
/// @param error standard error of the growth: how far chance may have moved it
record Trend(double mean, double growth, double error) {
    /// @param values at equal distances, three at least
    static Trend of(List<Double> values) {
        int count = values.size();
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double middle = (count - 1) / 2.0;
        double square = 0;
        double product = 0;
        for (int i = 0; i < count; i++) {
            square += (i - middle) * (i - middle);
            product += (i - middle) * (values.get(i) - mean);
        }
        double slope = product / square;
        double residual = 0;
        for (int i = 0; i < count; i++) {
            double off = values.get(i) - mean - slope * (i - middle);
            residual += off * off;
        }
        double error = Math.sqrt(residual / Math.max(1, count - 2) / square);
        return new Trend(mean, slope * (count - 1), error * (count - 1));
    }

    /// Whether the values grow by more than that much, and not by chance.
    boolean growsBy(double least) {
        return growth > least && growth > 3 * error;
    }
}
