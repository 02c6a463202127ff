// The tests that run kplay have a lab of their own, so that the one a person has up stays as it is. To be imported
// before anything that reads the number.
process.env['KPLAY_LAB'] = '95'
