// The benchmark has a lab of its own. To be imported before anything that reads the number.
process.env['KPLAY_LAB'] = process.env['KPLAY_BENCH_LAB'] || '61'
