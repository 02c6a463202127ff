// The tests that run kplay have a lab of their own, so that the one a person has up stays as it is. To be imported
// before anything that reads the number. Whoever runs tests side by side gives each run a lab of its own.
process.env['KPLAY_LAB'] = process.env['KPLAY_TEST_LAB'] || '95'
