// These tests change what a host is made of: they have a lab that no other test file shares. To be imported first.
process.env['KPLAY_TEST_LAB'] ||= '94'
process.env['KPLAY_LAB'] = process.env['KPLAY_TEST_LAB']
